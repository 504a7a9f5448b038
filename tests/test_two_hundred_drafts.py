"""Monday, 08:00 in New York: two hundred drafts open in the same second, and their players draft automatically."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from constructors.models import Constructor
from core import clock
from core.tasks.batching import BATCH_SIZE
from drafts.models import Draft, DraftEvent, Pick
from drafts.services import lock_due_drafts, make_bot_picks, schedule_drafts
from drafts.tasks import expire_due_turns, open_due_drafts
from leagues.models import League, Membership, SettingsVersion
from tests.support.cast import FOUNDED_AT, SetClock

DRAFTS = 200
TICK = timedelta(seconds=3)


@pytest.fixture
def leagues(season) -> list[League]:
    """Two hundred leagues of one player who drafts automatically and a bot."""
    leagues = League.objects.bulk_create(
        League(season=season, name=f"League {number}", capacity=2, first_draft_start="now", created_at=FOUNDED_AT)
        for number in range(DRAFTS)
    )
    SettingsVersion.objects.bulk_create(
        SettingsVersion(league=league, number=1, bots_up_to=2, created_at=FOUNDED_AT) for league in leagues
    )
    players = User.objects.bulk_create(User(username=f"player-{number}") for number in range(DRAFTS))
    for league, player in zip(leagues, players, strict=True):
        _add_player_and_bot(league, player)
    assert schedule_drafts(now=FOUNDED_AT) == DRAFTS
    return leagues


def _add_player_and_bot(league: League, player: User) -> None:
    Membership.objects.create(league=league, user=player, joined_at=FOUNDED_AT)
    Constructor.objects.bulk_create(
        [
            Constructor(league=league, owner=player, name=player.username, joined_at=FOUNDED_AT, autodraft="on"),
            Constructor(league=league, name="Apex Hunters", joined_at=FOUNDED_AT, is_bot=True),
        ]
    )


@pytest.fixture
def opened_at(leagues, at: SetClock) -> datetime:
    """Open all drafts; returns the time at which they opened."""
    moment = Draft.objects.filter(league=leagues[0])[0].opens_at
    at(moment)
    assert open_due_drafts() == DRAFTS
    return moment


def test_all_drafts_are_complete_within_a_minute(leagues, opened_at, at: SetClock):
    for tick in range(1, 21):
        at(opened_at + tick * TICK)
        expire_due_turns()
        make_bot_picks(now=opened_at + tick * TICK)
    drafts = Draft.objects.filter(league__in=leagues)
    assert Counter(drafts.values_list("state", flat=True)) == {"complete": DRAFTS}
    assert Pick.objects.filter(draft__in=drafts).count() == 4 * DRAFTS
    assert DraftEvent.objects.filter(draft__in=drafts, kind="completed").count() == DRAFTS


def test_all_drafts_lock_in_one_sweep(leagues, opened_at):
    assert lock_due_drafts(now=Draft.objects.filter(league=leagues[0])[0].locks_at) == DRAFTS
    assert Pick.objects.filter(draft__state="locked").count() == 4 * DRAFTS


def test_no_turn_begins_in_the_past(leagues, monkeypatch):
    """Every batch has its own time: with a clock of a minute, half a minute of earlier work would cost half of it."""
    moments = tick_on_every_read(monkeypatch, Draft.objects.filter(league=leagues[0])[0].opens_at)
    assert open_due_drafts() == DRAFTS
    by_moment = Counter(Draft.objects.filter(league__in=leagues).values_list("opened_at", flat=True))
    assert by_moment == dict.fromkeys(moments[: DRAFTS // BATCH_SIZE], BATCH_SIZE)


def tick_on_every_read(monkeypatch: pytest.MonkeyPatch, begin: datetime) -> list[datetime]:
    """Advance the clock by a second whenever it is read; returns the list of the times that it has returned."""
    moments: list[datetime] = []

    def now() -> datetime:
        moments.append(begin + len(moments) * timedelta(seconds=1))
        return moments[-1]

    monkeypatch.setattr(clock, "now", now)
    return moments
