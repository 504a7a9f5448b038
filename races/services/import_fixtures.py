"""Load a whole season from a season pack, on a first start without the API.

Only what was known at `now` is loaded: a rehearsal whose clock starts in the past must not know the future.
"""

from datetime import datetime

from core.transactions import atomic

from ..models import Classification, Season
from ..sources.dto import RaceDTO
from ..sources.fixtures import SeasonPack
from .calendar import record_season
from .line_ups import record_entries
from .poll_schedule import schedule_checks
from .results import record_classification
from .sync import classifications_known_at


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
