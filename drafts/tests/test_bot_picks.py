"""Bots: they wait for their turn, think, and pick one of the best drivers, once per turn."""

from datetime import timedelta

import pytest

from drafts.models import Draft
from drafts.services import make_bot_picks
from drafts.services.autopick import THINKING_TIME
from leagues.services import create_league
from tests.support.stories import fresh, joined, opened, pick

SECOND = timedelta(seconds=1)


@pytest.fixture
def bot(league):
    return joined(league, is_bot=True)


@pytest.fixture
def draft(league, alices, bobs, bot):
    return opened(league, [bot, alices, bobs])


def test_a_bot_waits_before_it_picks(draft, bot):
    assert make_bot_picks(now=draft.opens_at + THINKING_TIME - SECOND) == 0
    assert make_bot_picks(now=draft.opens_at + THINKING_TIME) == 1
    made = draft.picks.get()
    assert (made.slot.constructor, made.source, made.picked_by) == (bot, "bot", None)


def test_a_bot_picks_one_of_the_five_best(draft):
    make_bot_picks(now=draft.opens_at + THINKING_TIME)
    assert draft.picks.get().entry.driver_id in [driver for driver, _points in draft.ranking[:5]]


def test_bots_do_not_pick_for_people(draft):
    for hours in (1, 2):
        make_bot_picks(now=draft.opens_at + timedelta(hours=hours))
    assert draft.picks.count() == 1


def test_a_bot_waits_again_after_the_previous_pick(draft, alices, bobs):
    make_bot_picks(now=draft.opens_at + THINKING_TIME)
    for constructor in (alices, bobs):
        pick(draft, constructor, draft.race.entries.filter(picks=None).first().driver.ref, draft.opens_at + 60 * SECOND)
    assert make_bot_picks(now=draft.opens_at + 60 * SECOND + THINKING_TIME - SECOND) == 0
    assert make_bot_picks(now=draft.opens_at + 60 * SECOND + THINKING_TIME) == 1


def test_a_bot_does_not_pick_after_the_lock(draft):
    assert make_bot_picks(now=draft.locks_at) == 0
    assert fresh(draft).state == Draft.State.OPEN


def test_bots_of_several_leagues_pick_in_one_run(draft, season, charlie):
    other = create_league(creator=charlie, season=season, name="Others", now=draft.opens_at - timedelta(days=1))
    joined(other, at=other.created_at)
    its_bot = joined(other, is_bot=True)
    opened(other, [its_bot])
    assert make_bot_picks(now=draft.opens_at + THINKING_TIME) == 2
