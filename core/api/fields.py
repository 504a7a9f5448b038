"""Serializer fields: ids, datetimes in UTC, points as exact text; and the filter for ids."""

from datetime import UTC
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
