"""Load a whole season from a season pack or from the API on a first start.

Only what was known at `now` is loaded: a rehearsal whose clock starts in the past must not know the future.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from core.transactions import atomic

from ..models import Classification, Season
from ..sources.dto import ClassificationDTO, RaceDTO, SeasonDTO
from ..sources.fixtures import SeasonPack
from .calendar import record_season
from .line_ups import record_entries
from .poll_schedule import schedule_checks
from .results import record_classification
from .sync import Source, SyncOutcome, record_results

# A race takes up to two hours.
RESULTS_DELAY = timedelta(hours=2)


@atomic
def load_pack(*, pack: SeasonPack, now: datetime, demonstration: bool = False) -> Season:
    """Record a pack's season atomically, with the classifications and line-ups known at `now`.

    The calendar may be newer than `now`: it is published a year ahead.
    """
    season = record_season(dto=pack.season, now=now, demonstration=demonstration)
    for dto in classifications_known_at(now, pack.season, pack.classifications):
        record_classification(season=season, dto=dto, source=Classification.Source.PACK, now=now)
    for race in _races_with_known_line_up(now, pack):
        entered = season.races.get(circuit__ref=race.circuit, name=race.name)
        record_entries(race=entered, entries=pack.line_ups[race.round], now=now)
    schedule_checks(season=season, now=now)
    return season


def _races_with_known_line_up(now: datetime, pack: SeasonPack) -> list[RaceDTO]:
    """Return the next race and past races that have a line-up in the pack: it is published days before the race."""
    past = [race for race in pack.season.races if race.date < now.date()]
    following = [race for race in pack.season.races if race.date >= now.date()][:1]
    return [race for race in (*past, *following) if race.round in pack.line_ups]


def load_season(*, source: Source, year: int, now: datetime) -> tuple[Season, list[SyncOutcome]]:
    """Fetch a season and the classifications known at `now`, then record them. Records nothing if a request fails."""
    dto = source.season(year)
    found = [*source.classifications(year, "race"), *source.classifications(year, "sprint")]
    season = record_season(dto=dto, now=now)
    known = classifications_known_at(now, dto, found)
    outcomes = list(record_results(season=season, classifications=known, source=Classification.Source.API, now=now))
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
