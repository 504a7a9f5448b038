"""Bringing seasons and results up to date from a source: it is read first, outside any transaction, then recorded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from fantasyf1.kit.errors import Refused

from ..facts import ClassificationFacts, SeasonFacts
from ..models import Classification, Race, Season, Session
from ..selectors import classifications_awaited, season_for_year
from .calendar import record_season
from .results import record_classification

API, RACE, SPRINT = Classification.Source.API, Classification.Kind.RACE, Classification.Kind.SPRINT
RESULTS_ARE_DUE_AFTER = timedelta(hours=1)


class Source(Protocol):
    """Where facts come from: `races.jolpica.Jolpica`, or whatever speaks like it."""

    def season(self, year: int) -> SeasonFacts: ...

    def classifications(
        self, year: int, kind: str, only_round: int | None = None
    ) -> tuple[ClassificationFacts, ...]: ...


@dataclass(frozen=True)
class Outcome:
    """What became of one classification: a new revision, nothing new (both None), or a refusal's sentence."""

    round: int
    race_name: str
    kind: str
    classification: Classification | None = None
    refusal: str | None = None

    def __str__(self) -> str:
        if self.refusal:
            return f"Round {self.round}, {self.race_name}, {self.kind}: {self.refusal}"
        said = f"revision {self.classification.revision}" if self.classification else "unchanged"
        return f"Round {self.round}, {self.race_name}, {self.kind}: {said}"


def sync_season(*, source: Source, year: int, now: datetime) -> Season:
    """Record a season's calendar, teams, drivers and first line-up from a source, in one transaction."""
    return record_season(facts=source.season(year), now=now)


def sync_results(*, source: Source, year: int, now: datetime, only_round: int | None = None) -> Iterator[Outcome]:
    """Record what the source has classified of a season or one round; a season not yet known is recorded first.

    Yields an `Outcome` for each classification. One that is refused, or that has vanished from the source, does not
    keep the others from being recorded. Raises `Refused` when the source cannot be read or has no such round.
    """
    season = season_for_year(year) or sync_season(source=source, year=year, now=now)
    if only_round is not None and not season.races.filter(round=only_round).exists():
        raise Refused(f"The season {year} has no round {only_round}.")
    for kind in (RACE, SPRINT):
        if kind == SPRINT and not _has_sprint(season, only_round):
            continue
        found = source.classifications(year, kind, only_round)
        yield from record_results(season=season, classifications=found, source=API, now=now)
        yield from _vanished(season, kind, only_round, found)


def _has_sprint(season: Season, only_round: int | None) -> bool:
    sprints = Session.objects.filter(race__season=season, kind=Session.Kind.SPRINT)
    return (sprints.filter(race__round=only_round) if only_round else sprints).exists()


def record_results(
    *, season: Season, classifications: Iterable[ClassificationFacts], source: str, now: datetime
) -> Iterator[Outcome]:
    """Record classifications one by one, each in a transaction of its own."""
    for facts in classifications:
        try:
            recorded = record_classification(season=season, facts=facts, source=source, now=now)
        except Refused as refused:
            yield Outcome(facts.round, facts.race_name, facts.kind, refusal=refused.sentence)
        else:
            yield Outcome(facts.round, facts.race_name, facts.kind, recorded)


def _vanished(
    season: Season, kind: str, only_round: int | None, found: tuple[ClassificationFacts, ...]
) -> Iterator[Outcome]:
    """Classifications that we accepted and the source no longer has: they stay, and somebody should look."""
    given = {(one.circuit, one.race_name) for one in found}
    known = Race.objects.filter(season=season, classifications__kind=kind).exclude(state=Race.State.CANCELLED)
    for race in (known.filter(round=only_round) if only_round else known).select_related("circuit").distinct():
        if (race.circuit.ref, race.name) not in given:
            sentence = "It has vanished from the source. The accepted classification stays."
            yield Outcome(race.round, race.name, kind, refusal=sentence)


def sync_waiting_results(*, source: Source, season: Season, now: datetime) -> Iterator[Outcome]:
    """Ask for what should be out and is not: one request for each race or sprint that began over an hour ago."""
    for race, kind in classifications_awaited(season, now - RESULTS_ARE_DUE_AFTER):
        found = source.classifications(season.year, kind, race.round)
        yield from record_results(season=season, classifications=found, source=API, now=now)
