"""Autodraft: off, on, or for one draft. It picks at once, and switching it on and off gains no time."""

from datetime import timedelta

import pytest

from core.errors import Invalid, NotAllowed
from drafts.models import Draft
from drafts.services import expire_due_turns, lock_draft, pause_draft, resume_draft, set_autodraft
from tests.support.cast import FOUNDED_AT
from tests.support.factories import grid
from tests.support.stories import MINUTE, deadline, fresh, locked, opened, pick

HOUR = timedelta(hours=1)


@pytest.fixture
def draft(league, alices, bobs):
    return opened(league, [alices, bobs])


def switch(constructor, to, at=FOUNDED_AT):
    return set_autodraft(constructor=constructor, by=constructor.owner, autodraft=to, now=at)


def autodraft_of(constructor):
    constructor.refresh_from_db()
    return constructor.autodraft


class TestOn:
    def test_autodraft_picks_when_the_turn_begins(self, draft, alices, bobs):
        switch(bobs, "on")
        pick(draft, alices, "driver_1")
        assert expire_due_turns(now=draft.opens_at + MINUTE) == 1
        assert draft.picks.get(slot__number=2).source == "autopick"

    def test_switched_on_during_the_turn_it_picks_at_once(self, draft, alices):
        switch(alices, "on", draft.opens_at + HOUR)
        assert draft.picks.get().picked_at == draft.opens_at + HOUR
        assert deadline(draft) == draft.opens_at + 7 * HOUR

    def test_with_autodraft_for_everyone_one_sweep_completes_the_draft(self, league, alices, bobs):
        for constructor in (alices, bobs):
            switch(constructor, "on")
        draft = opened(league)
        assert expire_due_turns(now=draft.opens_at) == 4
        assert fresh(draft).state == Draft.State.COMPLETE

    def test_autodraft_stays_on(self, draft, alices):
        switch(alices, "on", draft.opens_at)
        locked(draft)
        assert autodraft_of(alices) == "on"

    def test_autodraft_waits_for_the_end_of_a_pause(self, draft, alice, alices):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        switch(alices, "on", draft.opens_at + 2 * HOUR)
        assert draft.picks.count() == 0
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 3 * HOUR)
        assert expire_due_turns(now=draft.opens_at + 3 * HOUR) == 1

    def test_autodraft_does_not_pick_in_other_turns(self, draft, bobs):
        before = deadline(draft)
        switch(bobs, "on", draft.opens_at + HOUR)
        assert (deadline(draft), draft.picks.count()) == (before, 0)


class TestOff:
    def test_switched_off_in_time_the_clock_runs_from_the_start_of_the_turn(self, league, alices, bobs):
        switch(alices, "on")
        draft = opened(league, [alices, bobs])
        switch(alices, "off", draft.opens_at + timedelta(seconds=2))
        assert deadline(draft) == draft.opens_at + 6 * HOUR

    def test_switched_off_while_paused_the_clock_runs_from_the_start_of_the_turn(self, league, alice, alices, bobs):
        switch(alices, "on")
        draft = opened(league, [alices, bobs])
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        switch(alices, "off", draft.opens_at + 2 * HOUR)
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 5 * HOUR)
        assert deadline(draft) == draft.opens_at + 10 * HOUR

    def test_switched_off_again_while_paused_no_time_is_gained_or_lost(self, draft, alice, alices):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + 5 * HOUR)
        for to in ("on", "off"):
            switch(alices, to, draft.opens_at + 6 * HOUR)
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 7 * HOUR)
        assert deadline(draft) == draft.opens_at + 8 * HOUR

    def test_switching_off_twice_changes_nothing(self, draft, alices):
        before = deadline(draft)
        switch(alices, "off", draft.opens_at + HOUR)
        assert deadline(draft) == before


class TestOnce:
    def test_autodraft_once_ends_with_the_draft_it_picked_in(self, draft, alices):
        switch(alices, "once", draft.opens_at)
        assert autodraft_of(alices) == "once"
        locked(draft)
        assert autodraft_of(alices) == "off"

    def test_autodraft_once_ends_too_if_only_the_lock_picked(self, draft, alices, alice):
        pause_draft(draft=draft, by=alice, now=draft.opens_at)
        switch(alices, "once", draft.opens_at)
        lock_draft(draft=draft, now=draft.locks_at)
        assert autodraft_of(alices) == "off"

    def test_autodraft_once_set_after_a_missed_pick_means_the_next_draft(self, draft, alices, bobs):
        expire_due_turns(now=deadline(draft))
        for constructor, ref in ((bobs, "driver_21"), (alices, "driver_22"), (bobs, "driver_20")):
            pick(draft, constructor, ref, draft.opens_at + 7 * HOUR)
        switch(alices, "once", draft.opens_at + 20 * HOUR)
        locked(draft)
        assert autodraft_of(alices) == "once"

    def test_it_picks_in_the_next_draft_and_is_off_in_the_one_after(self, season, draft, alices, bobs, league):
        for number in (2, 3):
            grid(season.races.get(round=number))
        for number, constructor in enumerate([alices, bobs, alices, bobs], 1):
            pick(draft, constructor, f"driver_{number}")
        switch(alices, "once", draft.opens_at + HOUR)
        locked(draft)
        second = opened(league, [alices, bobs])
        assert expire_due_turns(now=second.opens_at) == 1
        locked(second)
        assert autodraft_of(alices) == "off"


class TestRefusals:
    def test_players_can_switch_only_their_own_autodraft(self, alices, bob):
        with pytest.raises(NotAllowed, match="Only the player can decide"):
            set_autodraft(constructor=alices, by=bob, autodraft="on", now=FOUNDED_AT)

    def test_an_unknown_autodraft_value_is_refused(self, alices):
        with pytest.raises(Invalid, match="off, on or once") as refused:
            switch(alices, "sometimes")
        assert refused.value.field == "autodraft"
