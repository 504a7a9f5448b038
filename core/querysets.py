"""Querysets as lists of dictionaries, for exports."""

from typing import Any

from django.db.models import QuerySet


def values_as_dicts(rows: QuerySet[Any, Any], **columns: str) -> list[dict[str, Any]]:
    """Return the rows as dictionaries with renamed columns: `league="league__name"`. One query."""
    return [dict(zip(columns, row, strict=True)) for row in rows.values_list(*columns.values())]
