"""Circuits, teams and drivers: learnt from a source, brought up to date by a calendar."""

from collections.abc import Iterable
from dataclasses import asdict, fields

from django.db.models import Model

from ..facts import CircuitFacts, DriverFacts, TeamFacts
from ..models import Circuit, Driver, Team

Facts = CircuitFacts | TeamFacts | DriverFacts
MODELS: dict[type[Facts], type[Model]] = {CircuitFacts: Circuit, TeamFacts: Team, DriverFacts: Driver}


def update_known(kind: type[Facts], facts: Iterable[Facts]) -> None:
    """Write all facts of one kind down: what is new is added, what is known gets the new values."""
    model = MODELS[kind]
    model._default_manager.bulk_create(
        [model(**asdict(one)) for one in _by_ref(facts)],
        update_conflicts=True,
        unique_fields=["ref"],
        update_fields=[field.name for field in fields(kind) if field.name != "ref"],
    )


def learn_unknown(kind: type[Facts], facts: Iterable[Facts]) -> None:
    """Add those of one kind whom we do not know yet; who is known stays as the calendar has him."""
    model, given = MODELS[kind], _by_ref(facts)
    known = set(model._default_manager.filter(ref__in=[one.ref for one in given]).values_list("ref", flat=True))
    model._default_manager.bulk_create(
        [model(**asdict(one)) for one in given if one.ref not in known], ignore_conflicts=True
    )


def _by_ref(facts: Iterable[Facts]) -> list[Facts]:
    """Each once, in one order: two writers then lock the same rows in the same order."""
    return [one for _, one in sorted({one.ref: one for one in facts}.items())]
