"""How single values are written in answers: moments in UTC, points as exact text."""

from datetime import UTC
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fantasyf1.kit.points import points_text


class MomentField(serializers.DateTimeField):
    """ISO 8601 in UTC, whatever zone the reader of the site's pages lives in."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)


@extend_schema_field({"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "example": "12.5"})
class PointsField(serializers.Field[Decimal, Decimal, str, Decimal]):
    """Points as people write them: "423", "12.5"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Decimal) -> str:
        return points_text(value)
