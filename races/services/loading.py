"""Loading a whole season at once, for a first start: from a pack or from the API, as of a moment.

Only what had happened by that moment is loaded: a rehearsal that starts its clock in the past must not know the future.
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
    """Record a pack's season, whole or not at all, with the classifications and line-ups known at `now`.

    The calendar may be newer than `now`: it is published a year ahead.
    """
    season = record_season(facts=pack.season, now=now, demonstration=demonstration)
    for facts in known_by(now, pack.season, pack.classifications):
        record_classification(season=season, facts=facts, source=Classification.Source.PACK, now=now)
    for race in _with_line_up_known_by(now, pack):
        entered = season.races.get(circuit__ref=race.circuit, name=race.name)
        record_entries(race=entered, entries=pack.line_ups[race.round], now=now)
    plan_checks(season=season, now=now)
    return season


def _with_line_up_known_by(now: datetime, pack: SeasonPack) -> list[RaceFacts]:
    """The races whose line-up the pack tells and that come next or are past: it is news of the days before."""
    past = [race for race in pack.season.races if race.date < now.date()]
    following = [race for race in pack.season.races if race.date >= now.date()][:1]
    return [race for race in (*past, *following) if race.round in pack.line_ups]


def load_season_from(*, source: Source, year: int, now: datetime) -> tuple[Season, list[Outcome]]:
    """Record a season from a source, with the classifications known at `now`; nothing when it cannot be read whole."""
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
    """The classifications of races and sprints that began at least two hours before `now`."""
    starts: dict[tuple[int, str], datetime | None] = {(one.round, "race"): one.starts_at for one in season.races}
    starts |= {(race.round, one.kind): one.starts_at for race in season.races for one in race.sessions}
    days = {one.round: one.date for one in season.races}

    def is_out(one: ClassificationFacts) -> bool:
        start = starts.get((one.round, one.kind))
        return start + RESULTS_ARE_OUT_AFTER <= now if start else days[one.round] < now.date()

    return [one for one in classifications if is_out(one)]
