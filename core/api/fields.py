"""Serializer fields: ids, datetimes in UTC, times of day, points as exact text; and the filter for ids."""

import re
from datetime import UTC, time
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.formatting.points import format_points

MAX_ID = 2**63 - 1


class IdField(serializers.IntegerField):
    """A primary key. Its maximum prevents a database error for numbers that are too large for the column."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=MAX_ID, **kwargs)


class UTCDateTimeField(serializers.DateTimeField):
    """ISO 8601 in UTC, regardless of the user's time zone on the site."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)


TIME_OF_DAY = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")


# OpenAPI's format “time” is RFC 3339, which needs a time zone.
@extend_schema_field({"type": "string", "pattern": f"^{TIME_OF_DAY.pattern}$", "example": "22:30"})
class TimeOfDayField(serializers.TimeField):
    """A time on the user's own clock, hours and minutes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **kwargs)

    def to_internal_value(self, value: Any) -> time:
        """Refuse what Python would read as well, such as “7:5”."""
        if not isinstance(value, str) or not TIME_OF_DAY.fullmatch(value):
            self.fail("invalid", format="hh:mm")
        return super().to_internal_value(value)


@extend_schema_field({"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "example": "12.5"})
class PointsField(serializers.Field[Decimal, Decimal, str, Decimal]):
    """Points as text without trailing zeros: "423", "12.5"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Decimal) -> str:
        return format_points(value)


@extend_schema_field({"type": "integer", "minimum": 1})
class IdFilter(django_filters.Filter):  # type: ignore[misc]  # it has no types
    """Filters by the id of a related object."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1, max_value=MAX_ID, **kwargs)
