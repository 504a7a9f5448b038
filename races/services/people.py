"""Circuits, teams and drivers: learnt from a source, brought up to date by a calendar."""

from collections.abc import Iterable
from dataclasses import asdict

from ..facts import CircuitFacts, DriverFacts, TeamFacts
from ..models import Circuit, Driver, Team

Facts = CircuitFacts | TeamFacts | DriverFacts
MODELS: dict[type[Facts], type[Circuit] | type[Team] | type[Driver]] = {
    CircuitFacts: Circuit,
    TeamFacts: Team,
    DriverFacts: Driver,
}


def update_known(facts: Iterable[Facts]) -> None:
    """Write all facts of one kind down: what is new is added, what is known gets the new values."""
    rows = {one.ref: one for one in facts}
    for model, fields in {(MODELS[type(one)], tuple(asdict(one))) for one in rows.values()}:
        model._default_manager.bulk_create(
            [model(**asdict(rows[ref])) for ref in sorted(rows)],
            update_conflicts=True,
            unique_fields=["ref"],
            update_fields=[name for name in fields if name != "ref"],
        )


def learn_unknown(facts: Iterable[Facts]) -> None:
    """Add whom we do not know yet; who is known stays as the calendar has him."""
    rows = {one.ref: one for one in facts}
    for model in {MODELS[type(one)] for one in rows.values()}:
        known = set(model._default_manager.filter(ref__in=rows).values_list("ref", flat=True))
        model._default_manager.bulk_create(
            [model(**asdict(rows[ref])) for ref in sorted(rows.keys() - known)], ignore_conflicts=True
        )
