"""Rows of the database as plain dictionaries with names of one's own, such as a file holds them."""

from typing import Any

from django.db.models import QuerySet


def named(rows: QuerySet[Any, Any], **columns: str) -> list[dict[str, Any]]:
    """The rows with these columns alone, each under the name that it is given: `league="league__name"`. One query."""
    return [dict(zip(columns, row, strict=True)) for row in rows.values_list(*columns.values())]
