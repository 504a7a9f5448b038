"""Row locks for querysets, deletion in batches, and querysets as lists of dictionaries for exports."""

from typing import Any, Self, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model, covariant=True)

# Each batch is a short transaction of its own. SQLite limits the parameters of a query.
BATCH_SIZE = 500
# More than a task should delete in one run; the next run does the rest.
MAX_BATCHES = 200


class LockableQuerySet(QuerySet[Row, Row]):
    """A queryset that can lock its rows until the transaction ends."""

    def locked(self) -> Self:
        """Lock the rows, but not those that `select_related` joins. No effect on SQLite.

        `no_key` because FOR UPDATE would also block the foreign key checks of inserts that point at the row, which
        ends in deadlocks.
        """
        return self.select_for_update(no_key=True, of=("self",))


def delete_in_batches(rows: QuerySet[Any, Any], *, size: int = BATCH_SIZE, most: int = MAX_BATCHES) -> int:
    """Delete the rows, the oldest first, in at most `most` transactions of `size` rows; returns how many.

    Rows that no longer match the queryset meanwhile stay.
    """
    deleted = 0
    for _ in range(most):
        pks = list(rows.order_by("pk").values_list("pk", flat=True)[:size])
        _, by_model = rows.filter(pk__in=pks).delete()
        deleted += by_model.get(rows.model._meta.label, 0)
        if len(pks) < size:
            break
    return deleted


def values_as_dicts(rows: QuerySet[Any, Any], **columns: str) -> list[dict[str, Any]]:
    """Return the rows as dictionaries with renamed columns: `league="league__name"`. One query."""
    return [dict(zip(columns, row, strict=True)) for row in rows.values_list(*columns.values())]
