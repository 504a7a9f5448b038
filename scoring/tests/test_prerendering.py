"""Prerendered standings are the same bytes that the first reader would have rendered."""

import pytest

from accounts.models import User
from constructors.models import Constructor
from fantasyf1.kit.rendered import kept
from leagues.services import leave_league
from scoring.leaderboards import Table, leaderboard_page, score_version
from scoring.services import prerender
from tests.cast import OVER_AT
from tests.stories import filled, joined, opened, scored, upcoming

pytestmark = pytest.mark.postgresql


@pytest.fixture
def table(league, alices, bobs, bob, charlie):
    """A season with a bot, a late joiner, a player who left, and a deleted account."""
    joined(league, is_bot=True)
    scored(filled(opened(league), ["driver_1", "driver_2", "driver_3"]))
    joined(league, charlie, at=upcoming(league).opens_at)
    scored(opened(league))
    leave_league(user=bob, league=league, now=OVER_AT)
    Constructor.objects.filter(pk=alices.pk).update(name="Mérkel “&” Söhne \u2028")
    User.objects.filter(pk=bob.pk).delete()
    return Table(league.pk, None, score_version(league))


def test_they_are_the_same_bytes(table):
    assert kept(table.name) is None
    read = leaderboard_page(lambda: table).body
    prerender(leagues=[table.league])
    assert kept(table.name) == read


def test_they_are_there_before_anybody_asks(table, django_assert_num_queries):
    prerender(leagues=[table.league])
    with django_assert_num_queries(0):
        assert b"has_left" in leaderboard_page(lambda: table).body
