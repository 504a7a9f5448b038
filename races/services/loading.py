"""Load a whole season from a season pack or from the API on a first start.

Only what was known at `now` is loaded: a rehearsal whose clock starts in the past must not know the future.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from fantasyf1.kit.transactions import atomic

from ..facts import ClassificationFacts, RaceFacts, SeasonFacts
from ..models import Classification, Season
from ..pack import SeasonPack
from .calendar import record_season
from .line_ups import record_entries
from .planning import plan_checks
from .results import record_classification
from .syncing import Outcome, Source, record_results

# A race takes up to two hours.
RESULTS_ARE_OUT_AFTER = timedelta(hours=2)


@atomic
def load_pack(*, pack: SeasonPack, now: datetime, demonstration: bool = False) -> Season:
    """Record a pack's season atomically, with the classifications and line-ups known at `now`.

    The calendar may be newer than `now`: it is published a year ahead.
    """
    season = record_season(facts=pack.season, now=now, demonstration=demonstration)
    for facts in known_by(now, pack.season, pack.classifications):
        record_classification(season=season, facts=facts, source=Classification.Source.PACK, now=now)
    for race in _races_with_known_line_up(now, pack):
        entered = season.races.get(circuit__ref=race.circuit, name=race.name)
        record_entries(race=entered, entries=pack.line_ups[race.round], now=now)
    plan_checks(season=season, now=now)
    return season


def _races_with_known_line_up(now: datetime, pack: SeasonPack) -> list[RaceFacts]:
    """Return the next race and past races that have a line-up in the pack: it is published days before the race."""
    past = [race for race in pack.season.races if race.date < now.date()]
    following = [race for race in pack.season.races if race.date >= now.date()][:1]
    return [race for race in (*past, *following) if race.round in pack.line_ups]


def load_season_from(*, source: Source, year: int, now: datetime) -> tuple[Season, list[Outcome]]:
    """Fetch a season and the classifications known at `now`, then record them. Records nothing if a request fails."""
    facts = source.season(year)
    found = [*source.classifications(year, "race"), *source.classifications(year, "sprint")]
    season = record_season(facts=facts, now=now)
    known = known_by(now, facts, found)
    outcomes = list(record_results(season=season, classifications=known, source=Classification.Source.API, now=now))
    plan_checks(season=season, now=now)
    return season, outcomes


def known_by(
    now: datetime, season: SeasonFacts, classifications: Iterable[ClassificationFacts]
) -> list[ClassificationFacts]:
    """Return the classifications of races and sprints that started at least two hours before `now`."""
    starts: dict[tuple[int, str], datetime | None] = {(race.round, "race"): race.starts_at for race in season.races}
    starts |= {(race.round, session.kind): session.starts_at for race in season.races for session in race.sessions}
    race_dates = {race.round: race.date for race in season.races}

    def is_published(facts: ClassificationFacts) -> bool:
        start = starts.get((facts.round, facts.kind))
        return start + RESULTS_ARE_OUT_AFTER <= now if start else race_dates[facts.round] < now.date()

    return [facts for facts in classifications if is_published(facts)]
