"""How single values are read and written: ids, moments in UTC, points as exact text."""

from datetime import UTC
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fantasyf1.kit.points import points_text

LARGEST_ID = 2**63 - 1


class IdField(serializers.IntegerField):
    """The id of a row. A larger number than the database's own would be a fault there, not a row that is missing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


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
