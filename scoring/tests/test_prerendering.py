"""Prerendered standings are the same bytes that the first reader would have rendered."""

import pytest

from accounts.models import User
from constructors.models import Constructor
from core.cache.responses import get_rendered
from leagues.services import leave_league
from scoring.leaderboards import LeaderboardKey, leaderboard_page, score_version
from scoring.services import prerender
from tests.support.cast import OVER_AT
from tests.support.stories import filled, joined, opened, scored, upcoming

pytestmark = pytest.mark.postgresql


@pytest.fixture
def leaderboard_key(league, alices, bobs, bob, charlie):
    """A season with a bot, a late joiner, a player who left, and a deleted account."""
    joined(league, is_bot=True)
    scored(filled(opened(league), ["driver_1", "driver_2", "driver_3"]))
    joined(league, charlie, at=upcoming(league).opens_at)
    scored(opened(league))
    leave_league(user=bob, league=league, now=OVER_AT)
    Constructor.objects.filter(pk=alices.pk).update(name="Mérkel “&” Söhne \u2028")
    User.objects.filter(pk=bob.pk).delete()
    return LeaderboardKey(league.pk, None, score_version(league))


def test_prerendered_standings_are_the_same_bytes(leaderboard_key):
    assert get_rendered(leaderboard_key.key) is None
    read = leaderboard_page(lambda: leaderboard_key).body
    prerender(leagues=[leaderboard_key.league])
    assert get_rendered(leaderboard_key.key) == read


def test_standings_are_rendered_before_the_first_request(leaderboard_key, django_assert_num_queries):
    prerender(leagues=[leaderboard_key.league])
    with django_assert_num_queries(0):
        assert b"has_left" in leaderboard_page(lambda: leaderboard_key).body
