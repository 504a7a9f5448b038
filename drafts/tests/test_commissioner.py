"""Commissioner tools: what managers can do, the refusals, and the event log."""

from datetime import timedelta

import pytest

from core.errors import Invalid, NotAllowed, Refused
from drafts.models import Draft
from drafts.services import (
    expire_due_turns,
    extend_turn,
    lock_draft,
    pause_draft,
    pick_for,
    resume_draft,
    set_order,
    undo_picks,
)
from leagues.services import change_settings, create_league, leave_league, set_role
from tests.support.cast import FOUNDED_AT
from tests.support.factories import grid
from tests.support.stories import (
    MINUTE,
    deadline,
    entry,
    filled,
    fresh,
    last_event,
    locked,
    opened,
    order_of,
    pick,
    upcoming,
)

HOUR = timedelta(hours=1)
State = Draft.State


@pytest.fixture
def draft(league, alices, bobs):
    """An open draft: it is Alice's turn, with six hours on the clock."""
    return opened(league, [alices, bobs])


@pytest.fixture
def without_autopicks(league, alice, alices, bobs):
    """An open draft where an expired turn passes without a pick."""
    change_settings(league=league, by=alice, changes={"autopicks": False}, now=FOUNDED_AT)
    return opened(league, [alices, bobs])


def kinds(draft):
    rows = list(draft.events.order_by("seq").values_list("seq", "kind"))
    assert [seq for seq, _ in rows] == list(range(1, fresh(draft).last_seq + 1))
    return [kind for _, kind in rows]


def refusal(call, **kwargs):
    with pytest.raises(Refused) as refused:
        call(**kwargs)
    return refused.value.code, refused.value.sentence


def hours_left(draft, now):
    return (deadline(draft) - now) / HOUR


CALLS = [
    (pause_draft, {}),
    (resume_draft, {}),
    (extend_turn, {"minutes": 5}),
    (undo_picks, {"count": 1}),
]


class TestWho:
    @pytest.mark.parametrize(("call", "more"), CALLS)
    def test_only_managers(self, draft, bob, charlie, call, more):
        for who in (bob, charlie):
            with pytest.raises(NotAllowed, match="Only the league's managers may do this"):
                call(draft=draft, by=who, now=draft.opens_at, **more)
        assert kinds(draft) == ["opened"]

    def test_a_co_manager_too(self, draft, league, alice, bob):
        set_role(league=league, by=alice, user=bob, role="co_manager")
        assert last_event(pause_draft(draft=draft, by=bob, now=draft.opens_at)).by == bob

    @pytest.mark.parametrize(("call", "more"), CALLS)
    def test_of_two_at_once_the_second_is_told_that_the_room_moved_on(self, draft, alice, alices, call, more):
        seen = fresh(draft).last_seq
        pick(draft, alices, "driver_1")
        code, sentence = refusal(call, draft=draft, by=alice, now=draft.opens_at + HOUR, seen=seen, **more)
        assert (code, sentence[:22]) == ("room_moved_on", "The room has moved on ")
        assert kinds(draft) == ["opened", "picked"]

    @pytest.mark.parametrize(("call", "more"), CALLS)
    def test_from_the_lock_on_it_is_closed_even_before_the_sweep(self, draft, alice, call, more):
        refused = refusal(call, draft=draft, by=alice, now=draft.locks_at, **more)
        assert refused == ("wrong_state", "The draft is locked: this cannot be done now.")


class TestAPause:
    def test_nobody_picks_and_no_clock_runs(self, draft, alice, alices):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        assert refusal(pick, draft=draft, constructor=alices, ref="driver_1")[0] == "draft_paused"
        assert expire_due_turns(now=draft.opens_at + 50 * HOUR) == 0

    def test_afterwards_the_clock_has_what_was_left(self, draft, alice):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + 4 * HOUR)
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 9 * HOUR)
        assert hours_left(draft, draft.opens_at + 9 * HOUR) == 2
        assert (fresh(draft).state, kinds(draft)) == (State.OPEN, ["opened", "paused", "resumed"])

    def test_an_extension_outlives_it(self, draft, alice):
        extend_turn(draft=draft, by=alice, minutes=24 * 60, now=draft.opens_at)
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        resume_draft(draft=draft, by=alice, now=draft.opens_at + HOUR + MINUTE)
        assert hours_left(draft, draft.opens_at) == 30

    def test_who_is_next_after_a_pick_by_the_manager_begins_when_it_resumes(self, draft, alice, alices):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        pick_for(draft=draft, constructor=alices, entry=entry(draft.race, "driver_1"), by=alice, now=draft.opens_at)
        assert fresh(draft).turn_ends_at is None
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 9 * HOUR)
        assert hours_left(draft, draft.opens_at + 9 * HOUR) == 6

    def test_it_is_complete_on_resuming_where_the_manager_made_the_last_pick_meanwhile(self, draft, alice, bobs):
        filled(draft)
        undo_picks(draft=draft, by=alice, count=1, now=draft.opens_at + HOUR)
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        pick_for(draft=draft, constructor=bobs, entry=entry(draft.race, "driver_9"), by=alice, now=draft.opens_at)
        assert fresh(draft).state == State.PAUSED
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 2 * HOUR)
        assert (fresh(draft).state, kinds(draft)[-2:]) == (State.COMPLETE, ["resumed", "completed"])

    def test_who_leaves_meanwhile_is_not_waited_for(self, draft, league, alice, alices, bob):
        pick(draft, alices, "driver_1")
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        leave_league(user=bob, league=league, now=draft.opens_at + 2 * HOUR)
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 3 * HOUR)
        assert pick(draft, alices, "driver_2", draft.opens_at + 4 * HOUR).slot.number == 3
        assert fresh(draft).state == State.COMPLETE

    def test_the_lock_comes_all_the_same(self, draft, alice):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        assert lock_draft(draft=draft, now=draft.locks_at)
        assert (fresh(draft).state, fresh(draft).paused_at, draft.picks.count()) == (State.LOCKED, None, 4)

    def test_not_twice_and_not_without_one(self, draft, alice):
        refused = refusal(resume_draft, draft=draft, by=alice, now=draft.opens_at)
        assert refused == ("wrong_state", "The draft is open: this cannot be done now.")
        pause_draft(draft=draft, by=alice, now=draft.opens_at)
        assert refusal(pause_draft, draft=draft, by=alice, now=draft.opens_at)[0] == "wrong_state"


class TestMoreTime:
    def test_it_is_added_and_logged(self, draft, alice):
        extend_turn(draft=draft, by=alice, minutes=90, now=draft.opens_at + HOUR)
        assert hours_left(draft, draft.opens_at) == 7.5
        event = last_event(draft)
        assert (event.kind, event.by, event.payload["minutes"]) == ("extended", alice, 90)
        assert event.payload["turn_ends_at"] == deadline(draft).isoformat()

    def test_it_counts_from_now_where_the_time_was_over_already(self, draft, alice):
        late = draft.opens_at + 13 * HOUR
        extend_turn(draft=draft, by=alice, minutes=30, now=late)
        assert hours_left(draft, late) == 0.5

    def test_never_beyond_what_the_others_need_before_the_lock(self, draft, alice, alices):
        for number in range(6):
            extend_turn(draft=draft, by=alice, minutes=24 * 60, now=draft.opens_at)
            if number == 4:
                break
        refused = refusal(extend_turn, draft=draft, by=alice, minutes=24 * 60, now=draft.opens_at)
        assert refused == ("no_time_left", "The others need the time that is left until the lock.")
        assert deadline(draft) == draft.locks_at - 2 * MINUTE - 3 * 30 * MINUTE

    @pytest.mark.parametrize("minutes", [0, -5, 24 * 60 + 1])
    def test_between_a_minute_and_a_day(self, draft, alice, minutes):
        with pytest.raises(Invalid, match="between one minute and 24 hours"):
            extend_turn(draft=draft, by=alice, minutes=minutes, now=draft.opens_at)

    def test_not_where_no_clock_runs(self, league, alice):
        change_settings(league=league, by=alice, changes={"clock": "none"}, now=FOUNDED_AT)
        draft = opened(league)
        assert refusal(extend_turn, draft=draft, by=alice, minutes=5, now=draft.opens_at)[0] == "no_clock"


class TestAPickForSomeone:
    def pick_for(self, draft, constructor, by, ref="driver_1"):
        now = draft.opens_at + HOUR
        return pick_for(draft=draft, constructor=constructor, entry=entry(draft.race, ref), by=by, now=now)

    def test_it_says_who_made_it(self, draft, alice, alices):
        made = self.pick_for(draft, alices, alice)
        assert (made.source, made.picked_by, made.slot.number) == ("manager", alice, 1)
        assert (last_event(draft).by, last_event(draft).payload["source"]) == (alice, "manager")

    def test_only_whose_turn_it_is(self, draft, alice, bobs):
        refused = refusal(self.pick_for, draft=draft, constructor=bobs, by=alice)
        assert refused == ("not_their_turn", "It is not Bob Motorsport's turn.")

    def test_a_turn_that_passed_is_filled_late_and_the_clock_of_another_runs_on(self, without_autopicks, alice, alices):
        draft = without_autopicks
        expire_due_turns(now=draft.opens_at + 6 * HOUR)
        before = deadline(draft)
        assert self.pick_for(draft, alices, alice).slot.number == 1
        assert deadline(draft) == before

    def test_the_turn_comes_before_a_passed_one_as_for_the_player(self, without_autopicks, alice, alices, bobs):
        draft = without_autopicks
        expire_due_turns(now=draft.opens_at + 6 * HOUR)
        pick(draft, bobs, "driver_2", draft.opens_at + 7 * HOUR)
        assert self.pick_for(draft, alices, alice).slot.number == 3

    def test_not_a_driver_who_is_gone(self, draft, alice, alices, bobs):
        pick(draft, alices, "driver_1")
        assert refusal(self.pick_for, draft=draft, constructor=bobs, by=alice)[0] == "driver_taken"

    def test_not_a_driver_of_another_race(self, draft, season, alice, alices):
        elsewhere = grid(season.races.get(round=3))[0]
        refused = refusal(pick_for, draft=draft, constructor=alices, entry=elsewhere, by=alice, now=draft.opens_at)
        assert refused == ("driver_not_entered", "1 is not entered for this race.")

    def test_not_for_another_leagues_constructor(self, season, draft, alice, charlie):
        other = create_league(creator=charlie, season=season, name="Others", now=FOUNDED_AT)
        theirs = other.constructors.get()
        assert refusal(self.pick_for, draft=draft, constructor=theirs, by=alice)[0] == "not_their_turn"


class TestUndoing:
    def undo(self, draft, by, count=1):
        return undo_picks(draft=draft, by=by, count=count, now=draft.opens_at + 2 * HOUR)

    def test_the_last_picks_fall_and_their_slots_are_open_again(self, draft, alice, alices, bobs):
        for number, constructor in enumerate([alices, bobs, alices], 1):
            pick(draft, constructor, f"driver_{number}")
        self.undo(draft, alice, 2)
        assert list(draft.picks.values_list("slot__number", flat=True)) == [1]
        assert pick(draft, bobs, "driver_3", draft.opens_at + 3 * HOUR).slot.number == 2

    def test_the_log_names_them(self, draft, alice, alices):
        pick(draft, alices, "driver_7")
        self.undo(draft, alice)
        event = last_event(draft)
        assert (event.kind, event.by, event.payload) == (
            "undone",
            alice,
            {"picks": [{"slot": 1, "driver_id": "driver_7"}]},
        )

    def test_a_complete_draft_is_open_again_with_a_clock(self, draft, alice):
        filled(draft)
        self.undo(draft, alice)
        assert (fresh(draft).state, hours_left(draft, draft.opens_at + 2 * HOUR)) == (State.OPEN, 6)

    def test_while_paused_it_stays_paused_and_no_clock_runs(self, draft, alice, alices):
        pick(draft, alices, "driver_1")
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        self.undo(draft, alice)
        assert (fresh(draft).state, fresh(draft).turn_ends_at) == (State.PAUSED, None)

    def test_a_late_pick_falls_and_nobodys_clock_changes(self, without_autopicks, alice, alices):
        draft = without_autopicks
        expire_due_turns(now=draft.opens_at + 6 * HOUR)
        before = deadline(draft)
        pick(draft, alices, "driver_1", draft.opens_at + 7 * HOUR)
        self.undo(draft, alice)
        assert (deadline(draft), draft.slots.get(number=1).passed_at) == (before, draft.opens_at + 6 * HOUR)
        assert pick(draft, alices, "driver_2", draft.opens_at + 14 * HOUR).slot.number == 1

    def test_the_last_is_the_last_made_even_by_a_server_whose_clock_is_behind(self, draft, alice, alices, bobs):
        pick(draft, alices, "driver_1", draft.opens_at + MINUTE)
        pick(draft, bobs, "driver_2", draft.opens_at)
        self.undo(draft, alice)
        assert draft.picks.get().slot.constructor == alices

    def test_who_has_left_is_not_waited_for(self, draft, league, alice, alices, bobs, bob):
        pick(draft, alices, "driver_1")
        pick(draft, bobs, "driver_2")
        leave_league(user=bob, league=league, now=draft.opens_at + HOUR)
        self.undo(draft, alice, 1)
        assert set(order_of(draft)) == {alices.pk}
        assert kinds(draft)[-2:] == ["undone", "slots_released"]
        assert pick(draft, alices, "driver_2", draft.opens_at + 3 * HOUR).slot.number == 3
        assert fresh(draft).state == State.COMPLETE

    @pytest.mark.parametrize("count", [0, -1, 1])
    def test_not_where_nothing_falls(self, draft, alice, count):
        assert refusal(self.undo, draft=draft, by=alice, count=count) == (
            "nothing_to_undo",
            "There is no pick to undo.",
        )

    def test_not_after_the_lock(self, draft, alice):
        locked(filled(draft))
        assert refusal(self.undo, draft=draft, by=alice)[0] == "wrong_state"


class TestTheOrder:
    def test_it_can_be_set_while_paused_and_the_clock_starts_with_the_resume(self, draft, alice, alices, bobs):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        set_order(draft=draft, order=[bobs.pk, alices.pk], by=alice, now=draft.opens_at + 2 * HOUR)
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 3 * HOUR)
        assert order_of(draft)[:2] == [bobs.pk, alices.pk]
        assert hours_left(draft, draft.opens_at + 3 * HOUR) == 6

    def test_the_new_first_player_gets_a_full_clock(self, draft, alice, alices, bobs):
        set_order(draft=draft, order=[bobs.pk, alices.pk], by=alice, now=draft.opens_at + HOUR)
        assert hours_left(draft, draft.opens_at + HOUR) == 6

    def test_not_where_the_room_has_moved_on(self, league, alice, alices, bobs):
        draft = upcoming(league)
        order = [bobs.pk, alices.pk]
        set_order(draft=draft, order=order, by=alice, now=FOUNDED_AT, seen=0)
        refused = refusal(set_order, draft=draft, order=order, by=alice, now=FOUNDED_AT, seen=0)
        assert refused[0] == "room_moved_on"

    def test_not_from_the_lock_on(self, draft, alice, alices, bobs):
        order = [bobs.pk, alices.pk]
        assert refusal(set_order, draft=draft, order=order, by=alice, now=draft.locks_at)[0] == "order_is_fixed"
