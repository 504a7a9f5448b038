"""Columns that are computed in Python from another column, so that names compare alike on every database."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any

from django.db import connections, models

# Cannot be part of a name.
SEPARATOR = "\n"
# With the id of a row that was there before the column, a key is longer.
MAX_LENGTH = 320
BATCH_SIZE = 500


class DerivedField(models.CharField):  # type: ignore[type-arg]  # its types are those of CharField
    """`derive(text)` of the field `source`, set at each save.

    A row keeps a key to which `fill_derived_field` appended its id, as long as its source is the same.
    """

    def __init__(self, *, source: str, derive: Callable[[str], str], **options: Any) -> None:
        super().__init__(**{"max_length": MAX_LENGTH, "default": "", "editable": False, **options})
        self.source, self.derive = source, derive

    def deconstruct(self) -> Any:
        name, path, arguments, options = super().deconstruct()
        return name, path, arguments, options | {"source": self.source, "derive": self.derive}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        derived = self.derive(getattr(model_instance, self.source))
        stored: str = getattr(model_instance, self.attname)
        if not stored.startswith(derived + SEPARATOR):
            stored = derived
            setattr(model_instance, self.attname, stored)
        return stored


class DerivesFields(models.Model):
    """A model with derived fields: they are saved with their sources. `QuerySet.update()` has to set them itself."""

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        if update_fields is not None:
            names = set(update_fields)
            fields = [field for field in self._meta.concrete_fields if isinstance(field, DerivedField)]
            update_fields = names | {field.name for field in fields if field.source in names}
        super().save(*args, update_fields=update_fields, **options)


def fill_derived_field(
    rows: models.QuerySet[Any], name: str, scope: Callable[[Any], Hashable] = lambda row: None
) -> None:
    """Fill a derived field of rows that were there before it, for a migration.

    Of rows in one scope whose keys are equal, the later ones get their id appended: they keep their names, and no new
    row can have such a name.
    """
    field = rows.model._meta.get_field(name)
    taken, batch = set(), []
    for row in rows.order_by("pk").iterator(BATCH_SIZE):
        key = field.derive(getattr(row, field.source))
        place = (scope(row), key)
        setattr(row, name, f"{key}{SEPARATOR}{row.pk}" if place in taken else key)
        taken.add(place)
        batch.append(row)
    rows.model.objects.bulk_update(batch, [name], batch_size=BATCH_SIZE)
    # PostgreSQL changes no table while checks of foreign keys wait for the end of the transaction, as they do for rows
    # that were changed twice.
    connections[rows.db].check_constraints()
