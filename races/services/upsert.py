"""Upsert circuits, teams and drivers from a source."""

from collections.abc import Iterable
from dataclasses import asdict, fields

from django.db.models import Model

from ..models import Circuit, Driver, Team
from ..sources.dto import CircuitDTO, DriverDTO, TeamDTO

ReferenceDTO = CircuitDTO | TeamDTO | DriverDTO
MODELS: dict[type[ReferenceDTO], type[Model]] = {CircuitDTO: Circuit, TeamDTO: Team, DriverDTO: Driver}


def upsert_all(kind: type[ReferenceDTO], rows: Iterable[ReferenceDTO]) -> None:
    """Insert or update all rows of one kind, matched by `ref`."""
    model = MODELS[kind]
    model._default_manager.bulk_create(
        [model(**asdict(row)) for row in _by_ref(rows)],
        update_conflicts=True,
        unique_fields=["ref"],
        update_fields=[field.name for field in fields(kind) if field.name != "ref"],
    )


def insert_missing(kind: type[ReferenceDTO], rows: Iterable[ReferenceDTO]) -> None:
    """Insert the rows of one kind that do not exist yet. Existing rows keep the calendar's values."""
    model, given = MODELS[kind], _by_ref(rows)
    known = set(model._default_manager.filter(ref__in=[row.ref for row in given]).values_list("ref", flat=True))
    model._default_manager.bulk_create(
        [model(**asdict(row)) for row in given if row.ref not in known], ignore_conflicts=True
    )


def _by_ref(rows: Iterable[ReferenceDTO]) -> list[ReferenceDTO]:
    """Remove duplicates and sort: concurrent writers then lock rows in the same order, without deadlocks."""
    return [row for _, row in sorted({row.ref: row for row in rows}.items())]
