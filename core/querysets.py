"""Row locks for querysets, and querysets as lists of dictionaries for exports."""

from typing import Any, Self, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model, covariant=True)


class LockableQuerySet(QuerySet[Row, Row]):
    """A queryset that can lock its rows until the transaction ends."""

    def locked(self) -> Self:
        """Lock the rows, but not those that `select_related` joins. No effect on SQLite.

        `no_key` because FOR UPDATE would also block the foreign key checks of inserts that point at the row, which
        ends in deadlocks.
        """
        return self.select_for_update(no_key=True, of=("self",))


def values_as_dicts(rows: QuerySet[Any, Any], **columns: str) -> list[dict[str, Any]]:
    """Return the rows as dictionaries with renamed columns: `league="league__name"`. One query."""
    return [dict(zip(columns, row, strict=True)) for row in rows.values_list(*columns.values())]
