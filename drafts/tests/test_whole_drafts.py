"""Whole drafts of random moves, legal and illegal: the board is always valid (hypothesis)."""

from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from constructors.selectors import constructors_in
from core.errors import Refused
from drafts.models import Draft
from drafts.selectors import slot_on_the_clock
from drafts.services import lock_draft, make_pick
from leagues.services import change_settings
from tests.support.cast import FOUNDED_AT
from tests.support.stories import MINUTE, fresh, joined, opened


@pytest.fixture
def league_of_three(league):
    joined(league)
    return league


# A move is (constructor index, driver index); -1 is the constructor on the clock, so that the draft advances.
moves = st.lists(st.tuples(st.sampled_from([-1, -1, 0, 1, 2]), st.integers(0, 21)), max_size=25)


@contextmanager
def board(league, alice, method):
    """A draft of three players that has just opened; rolled back afterwards."""
    with transaction.atomic():
        change_settings(league=league, by=alice, changes={"method": method}, now=FOUNDED_AT)
        draft = opened(league)
        yield draft, list(constructors_in(league)), list(draft.race.entries.select_related("driver"))
        transaction.set_rollback(True)


def check_board(draft):
    slots = list(draft.slots.order_by("number"))
    picks = list(draft.picks.select_related("slot").order_by("slot__number"))
    assert len({pick.entry_id for pick in picks}) == len(picks)
    # The turn is the lowest unfilled slot, so the filled slots are always a prefix of the sequence.
    assert [pick.slot.number for pick in picks] == [slot.number for slot in slots[: len(picks)]]
    assert (draft.state == Draft.State.COMPLETE) == (len(picks) == len(slots))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(moves=moves, method=st.sampled_from(["sequential", "snake"]))
def test_no_driver_twice_no_slot_twice_and_always_in_turn(league_of_three, alice, moves, method):
    with board(league_of_three, alice, method) as (draft, constructors, entries):
        for who, what in moves:
            turn = slot_on_the_clock(fresh(draft))
            constructor = turn.constructor if who == -1 and turn else constructors[max(who, 0)]
            taken = draft.picks.filter(entry=entries[what]).exists()
            is_legal = turn is not None and turn.constructor == constructor and not taken
            assert picked(constructor, entries[what], draft) == is_legal
            check_board(fresh(draft))
        lock_draft(draft=draft, now=draft.locks_at)
        assert draft.picks.count() == draft.slots.count() == 6


def picked(constructor, entry, draft):
    try:
        make_pick(constructor=constructor, entry=entry, now=draft.opens_at + MINUTE)
    except Refused:
        return False
    return True
