"""Demonstration data: a real season on a shifted calendar, half of it run, a league of bots, and an open draft."""

from datetime import datetime, timedelta
from itertools import count

from accounts.models import User
from constructors.selectors import constructors_in
from core.tasks import enqueue
from core.transactions import atomic
from drafts import rules
from drafts.models import Draft
from drafts.services import renew_spectator_link
from drafts.services.clock import start_turn
from leagues.models import League
from races.models import Classification, Race
from races.services import record_classification, record_season
from races.sources.dto import RaceDTO, shift_season
from races.sources.fixtures import read_pack

from .simulation import RESULTS_DELAY, create_league_with_bots, draw_seed, simulate_season

YEAR = 2025
NAME = "Sunday Drivers"
BOTS = ("Apex Hunters", "Late Brakers", "Box Box Box", "Gravel Trap", "Undercut United", "Purple Sectors")
# The player's position in the open draft's order, counted from 0: late enough to see others pick, early enough not
# to wait long.
PLAYER_POSITION = 2
TIME_TO_LOCK = timedelta(days=4)
MIN_TIME_TO_LOCK = timedelta(hours=12)
HOUR, NO_TIME = timedelta(hours=1), timedelta(0)


@atomic
def make_demonstration(*, player: User, now: datetime) -> League:
    """Create the demonstration season and its league, simulated up to `now`.

    `player` and six bots have half a season scored, and an open draft in which it is soon the player's turn. Visitors
    can watch it: the landing page shows it.
    """
    pack = read_pack(YEAR)
    middle = len(pack.season.races) // 2
    dto = shift_season(pack.season, _calendar_shift(pack.season.races[middle], now))
    before = datetime.combine(dto.races[0].date, datetime.min.time(), tzinfo=now.tzinfo) - timedelta(days=30)
    season = record_season(dto=dto, now=before, demonstration=True)
    with enqueue.enqueueing_disabled():
        league = create_league_with_bots(
            season=season,
            name=NAME,
            player=player,
            constructor_name="Your Scuderia",
            bots=BOTS,
            settings={},
            now=before,
        )
        seed = _find_seed(league, player, races=middle)
        for _ in simulate_season(
            league=league, results=pack.classifications, source=Classification.Source.PACK, seed=seed, until=now
        ):
            pass
    for draft in Draft.objects.filter(league=league, state=Draft.State.OPEN).select_related("settings"):
        start_turn(draft, now)  # It opened on Monday, but its first clock starts now.
    renew_spectator_link(league=league, by=player, now=now)
    return league


def record_demonstration_results(*, now: datetime) -> int:
    """Record the results of demonstration races, 6 hours after their expected start. Returns how many races."""
    waiting = Race.objects.filter(season__is_demonstration=True, state=Race.State.SCHEDULED, race_date__lte=now.date())
    due = [race for race in waiting.select_related("season") if race.expected_start + RESULTS_DELAY <= now]
    dto = read_pack(YEAR).classifications if due else ()
    for race in due:
        for classification in dto:
            if (classification.circuit, classification.race_name) == (race.circuit.ref, race.name):
                record_classification(
                    season=race.season, dto=classification, source=Classification.Source.PACK, now=now
                )
    return len(due)


def _calendar_shift(race: RaceDTO, now: datetime) -> timedelta:
    """How far to shift the calendar so that this race's draft is open at `now` and locks in about four days.

    Shifts of whole days are preferred: they keep the time of day. On a Monday morning before the opening hour no whole
    day may fit, so the fallback is whole hours.
    """
    lock = rules.lock_time(
        sessions={session.kind: session.starts_at for session in race.sessions},
        race_starts_at=race.starts_at or datetime.combine(race.date, datetime.min.time(), tzinfo=now.tzinfo),
        minutes=5,
        at_qualifying=False,
    ).at
    whole_hours = (now - lock) // timedelta(hours=1)
    shifts = [timedelta(hours=whole_hours + ahead) for ahead in range(int(MIN_TIME_TO_LOCK / HOUR) + 1, 8 * 24)]
    fitting = [shift for shift in shifts if rules.opens_at(lock + shift) <= now]
    return min(
        fitting, key=lambda shift: (shift % timedelta(days=1) != NO_TIME, abs(lock + shift - now - TIME_TO_LOCK))
    )


def _find_seed(league: League, player: User, *, races: int) -> str:
    """A seed whose first draw puts the player at the wanted position in the open draft, after one rotation per race."""
    ids = [constructor.pk for constructor in constructors_in(league)]
    own = constructors_in(league).get(owner=player).pk
    first_race = league.season.races.order_by("race_date")[0]
    for number in count(1):
        seed = f"demonstration {number}"
        drawn = rules.drawn_order(ids, draw_seed(seed, first_race))
        if (drawn.index(own) + races) % len(ids) == PLAYER_POSITION:
            break
    return seed
