"""Sync seasons and results from a source: fetch first, outside any transaction, then record."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from django.utils.translation import gettext as _

from core.errors import Refused

from ..models import Classification, Quarantine, Race, Season, Session
from ..selectors import season_for_year
from ..sources.dto import ClassificationDTO, SeasonDTO
from .calendar import record_season
from .poll_schedule import schedule_checks
from .quarantine import VANISHED, quarantine_vanished
from .results import ImplausibleClassification, record_classification_with_outcome

API, RACE, SPRINT = Classification.Source.API, Classification.Kind.RACE, Classification.Kind.SPRINT
# A race takes up to two hours.
RESULTS_DELAY = timedelta(hours=2)


logger = logging.getLogger(__name__)


class Source(Protocol):
    """A source of DTOs: `races.sources.client.JolpicaClient` or anything with the same interface."""

    def season(self, year: int) -> SeasonDTO: ...

    def classifications(self, year: int, kind: str, only_round: int | None = None) -> tuple[ClassificationDTO, ...]: ...

    def poles(self, year: int, only_round: int | None = None) -> dict[int, str]: ...


@dataclass(frozen=True)
class SyncOutcome:
    """The outcome of one classification: a new revision, a message why there is none, or a refusal.

    `is_settled` is True if an administrator has dismissed the quarantine case of the refusal.
    """

    round: int
    race_name: str
    kind: str
    classification: Classification | None = None
    message: str = ""
    refusal: str | None = None
    is_settled: bool = False

    def __str__(self) -> str:
        return f"Round {self.round}, {self.race_name}, {self.kind}: {self.refusal or self.message}"


def fetch_classifications(
    source: Source, year: int, kind: str, only_round: int | None = None
) -> tuple[ClassificationDTO, ...]:
    """Fetch the classifications of a season or one round; those of races with the pole position, if it is known.

    A pole position that cannot be read does not delay the results: the next check reads it.
    """
    found = source.classifications(year, kind, only_round)
    if kind != RACE or not found:
        return found
    try:
        poles = source.poles(year, only_round)
    except Refused as refused:
        logger.warning("Could not read the qualifying results of %s: %s", year, refused.sentence)
        return found
    return tuple(replace(dto, pole=poles.get(dto.round, "")) for dto in found)


def sync_season(*, source: Source, year: int, now: datetime) -> Season:
    """Fetch a season's calendar, teams, drivers and first line-up and record them in one transaction."""
    return record_season(dto=source.season(year), now=now)


def load_season(*, source: Source, year: int, now: datetime) -> tuple[Season, list[SyncOutcome]]:
    """Fetch a season and the classifications known at `now`, then record them. Records nothing if a request fails."""
    dto = source.season(year)
    found = [*fetch_classifications(source, year, RACE), *fetch_classifications(source, year, SPRINT)]
    season = record_season(dto=dto, now=now)
    known = classifications_known_at(now, dto, found)
    outcomes = list(record_results(season=season, classifications=known, source=API, now=now))
    schedule_checks(season=season, now=now)
    return season, outcomes


def classifications_known_at(
    now: datetime, season: SeasonDTO, classifications: Iterable[ClassificationDTO]
) -> list[ClassificationDTO]:
    """Return the classifications of races and sprints that started at least two hours before `now`."""
    starts: dict[tuple[int, str], datetime | None] = {(race.round, "race"): race.starts_at for race in season.races}
    starts |= {(race.round, session.kind): session.starts_at for race in season.races for session in race.sessions}
    race_dates = {race.round: race.date for race in season.races}

    def is_published(dto: ClassificationDTO) -> bool:
        start = starts.get((dto.round, dto.kind))
        return start + RESULTS_DELAY <= now if start else race_dates[dto.round] < now.date()

    return [dto for dto in classifications if is_published(dto)]


def sync_results(*, source: Source, year: int, now: datetime, only_round: int | None = None) -> Iterator[SyncOutcome]:
    """Record the source's classifications of a season or one round; an unknown season is recorded first.

    Yields an `Outcome` for each classification. One that is refused, or has vanished from the source, does not stop
    the others. Raises `Refused` if the source cannot be read or the season has no such round.
    """
    season = season_for_year(year) or sync_season(source=source, year=year, now=now)
    if only_round is not None and not season.races.filter(round=only_round).exists():
        raise Refused(_("Season %(year)s has no round %(round)s.") % {"year": year, "round": only_round})
    for kind in (RACE, SPRINT):
        if kind == SPRINT and not _has_sprint(season, only_round):
            continue
        found = fetch_classifications(source, year, kind, only_round)
        yield from record_results(season=season, classifications=found, source=API, now=now)
        yield from _vanished(season, kind, only_round, found, now)


def _has_sprint(season: Season, only_round: int | None) -> bool:
    sprints = Session.objects.filter(race__season=season, kind=Session.Kind.SPRINT)
    return (sprints.filter(race__round=only_round) if only_round else sprints).exists()


def record_results(
    *, season: Season, classifications: Iterable[ClassificationDTO], source: str, now: datetime
) -> Iterator[SyncOutcome]:
    """Record each classification in its own transaction; `now` is when the source was queried."""
    for dto in classifications:
        race_and_kind = (dto.round, dto.race_name, dto.kind)
        try:
            recorded = record_classification_with_outcome(season=season, dto=dto, source=source, now=now)
        except ImplausibleClassification as refused:
            yield SyncOutcome(*race_and_kind, refusal=refused.sentence, is_settled=_is_settled(refused.case))
        else:
            yield SyncOutcome(*race_and_kind, *recorded)


def _is_settled(case: Quarantine | None) -> bool:
    return case is not None and case.settled_at is not None


def check_vanished(*, race: Race, kind: str, now: datetime) -> SyncOutcome | None:
    """Handle a missing classification: returns the outcome if the source had one before, else None."""
    case = quarantine_vanished(race=race, kind=kind, source=API, now=now, fetched_at=now)
    if case is None:
        return None
    return SyncOutcome(race.round, race.name, kind, refusal=VANISHED, is_settled=_is_settled(case))


def _vanished(
    season: Season, kind: str, only_round: int | None, found: tuple[ClassificationDTO, ...], now: datetime
) -> Iterator[SyncOutcome]:
    """Yield outcomes for accepted classifications that the source no longer has. They stay, with a quarantine case."""
    present = {(dto.circuit, dto.race_name) for dto in found}
    known = Race.objects.filter(season=season, classifications__kind=kind).exclude(state=Race.State.CANCELLED)
    for race in (
        (known.filter(round=only_round) if only_round else known).select_related("circuit", "season").distinct()
    ):
        if (race.circuit.ref, race.name) not in present:
            vanished = check_vanished(race=race, kind=kind, now=now)
            if vanished:
                yield vanished
