"""Monday, 08:00 in New York: two hundred drafts open in the same second, and their players draft automatically."""

from collections import Counter
from datetime import timedelta

import pytest

from accounts.models import User
from constructors.models import Constructor
from drafts.models import Draft, DraftEvent, Pick
from drafts.services import expire_due_turns, lock_due_drafts, play_bots, schedule_drafts
from drafts.services.turns import MOST_AT_ONCE
from leagues.models import League, Membership, SettingsVersion
from scoring.services import open_due_drafts
from tests.cast import FOUNDED_AT

DRAFTS = 200
TICK = timedelta(seconds=3)


@pytest.fixture
def leagues(season) -> list[League]:
    """Two hundred leagues of one player who drafts automatically and a bot."""
    leagues = League.objects.bulk_create(
        League(season=season, name=f"League {number}", capacity=2, created_at=FOUNDED_AT) for number in range(DRAFTS)
    )
    SettingsVersion.objects.bulk_create(
        SettingsVersion(league=league, number=1, created_at=FOUNDED_AT) for league in leagues
    )
    players = User.objects.bulk_create(User(username=f"player-{number}") for number in range(2 * DRAFTS))
    for number, league in enumerate(leagues):
        _move_in(league, players[2 * number : 2 * number + 2])
    assert schedule_drafts(now=FOUNDED_AT) == DRAFTS
    return leagues


def _move_in(league: League, players: list[User]) -> None:
    Membership.objects.bulk_create(Membership(league=league, user=one, joined_at=FOUNDED_AT) for one in players)
    Constructor.objects.bulk_create(
        Constructor(
            league=league, owner=one, name=one.username, joined_at=FOUNDED_AT, is_bot=is_bot, autodraft=autodraft
        )
        for one, is_bot, autodraft in zip(players, (False, True), ("on", "off"), strict=True)
    )


def test_all_of_them_are_complete_within_a_minute(leagues):
    now = Draft.objects.filter(league=leagues[0])[0].opens_at
    assert open_due_drafts(now=now) == DRAFTS
    for _ in range(20):
        now += TICK
        assert expire_due_turns(now=now) <= MOST_AT_ONCE
        play_bots(now=now)
    drafts = Draft.objects.filter(league__in=leagues)
    assert Counter(drafts.values_list("state", flat=True)) == {"complete": DRAFTS}
    assert Pick.objects.filter(draft__in=drafts).count() == 4 * DRAFTS
    assert DraftEvent.objects.filter(draft__in=drafts, kind="completed").count() == DRAFTS


def test_all_of_them_lock_in_one_go(leagues):
    draft = Draft.objects.filter(league=leagues[0])[0]
    open_due_drafts(now=draft.opens_at)
    assert lock_due_drafts(now=draft.locks_at) == DRAFTS
    assert Pick.objects.filter(draft__state="locked").count() == 4 * DRAFTS
