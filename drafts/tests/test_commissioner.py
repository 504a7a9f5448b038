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
    def test_only_managers_can_use_the_tools(self, draft, bob, charlie, call, more):
        for who in (bob, charlie):
            with pytest.raises(NotAllowed, match="Only the league's managers can do this"):
                call(draft=draft, by=who, now=draft.opens_at, **more)
        assert kinds(draft) == ["opened"]

    def test_a_co_manager_can_use_the_tools(self, draft, league, alice, bob):
        set_role(league=league, by=alice, user=bob, role="co_manager")
        assert last_event(pause_draft(draft=draft, by=bob, now=draft.opens_at)).by == bob

    @pytest.mark.parametrize(("call", "more"), CALLS)
    def test_of_two_concurrent_actions_the_second_is_refused(self, draft, alice, alices, call, more):
        seen = fresh(draft).last_seq
        pick(draft, alices, "driver_1")
        code, sentence = refusal(call, draft=draft, by=alice, now=draft.opens_at + HOUR, seen=seen, **more)
        assert (code, sentence[:22]) == ("room_moved_on", "The draft has changed ")
        assert kinds(draft) == ["opened", "picked"]

    @pytest.mark.parametrize(("call", "more"), CALLS)
    def test_actions_after_the_lock_are_refused_even_before_the_sweep(self, draft, alice, call, more):
        refused = refusal(call, draft=draft, by=alice, now=draft.locks_at, **more)
        assert refused == ("wrong_state", "You cannot do this while the draft is locked.")


class TestAPause:
    def test_a_pause_stops_picks_and_clocks(self, draft, alice, alices):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        assert refusal(pick, draft=draft, constructor=alices, ref="driver_1")[0] == "draft_paused"
        assert expire_due_turns(now=draft.opens_at + 50 * HOUR) == 0

    def test_resuming_restores_the_time_that_was_left(self, draft, alice):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + 4 * HOUR)
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 9 * HOUR)
        assert hours_left(draft, draft.opens_at + 9 * HOUR) == 2
        assert (fresh(draft).state, kinds(draft)) == (State.OPEN, ["opened", "paused", "resumed"])

    def test_an_extension_survives_a_pause(self, draft, alice):
        extend_turn(draft=draft, by=alice, minutes=24 * 60, now=draft.opens_at)
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        resume_draft(draft=draft, by=alice, now=draft.opens_at + HOUR + MINUTE)
        assert hours_left(draft, draft.opens_at) == 30

    def test_the_turn_after_a_managers_pick_begins_on_resuming(self, draft, alice, alices):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        pick_for(draft=draft, constructor=alices, entry=entry(draft.race, "driver_1"), by=alice, now=draft.opens_at)
        assert fresh(draft).turn_ends_at is None
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 9 * HOUR)
        assert hours_left(draft, draft.opens_at + 9 * HOUR) == 6

    def test_a_draft_whose_last_pick_was_made_while_paused_is_complete_on_resuming(self, draft, alice, bobs):
        filled(draft)
        undo_picks(draft=draft, by=alice, count=1, now=draft.opens_at + HOUR)
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        pick_for(draft=draft, constructor=bobs, entry=entry(draft.race, "driver_9"), by=alice, now=draft.opens_at)
        assert fresh(draft).state == State.PAUSED
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 2 * HOUR)
        assert (fresh(draft).state, kinds(draft)[-2:]) == (State.COMPLETE, ["resumed", "completed"])

    def test_a_member_who_leaves_during_a_pause_is_skipped(self, draft, league, alice, alices, bob):
        pick(draft, alices, "driver_1")
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        leave_league(user=bob, league=league, now=draft.opens_at + 2 * HOUR)
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 3 * HOUR)
        assert pick(draft, alices, "driver_2", draft.opens_at + 4 * HOUR).slot.number == 3
        assert fresh(draft).state == State.COMPLETE

    def test_a_paused_draft_still_locks(self, draft, alice):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        assert lock_draft(draft=draft, now=draft.locks_at)
        assert (fresh(draft).state, fresh(draft).paused_at, draft.picks.count()) == (State.LOCKED, None, 4)

    def test_pausing_twice_and_resuming_without_a_pause_are_refused(self, draft, alice):
        refused = refusal(resume_draft, draft=draft, by=alice, now=draft.opens_at)
        assert refused == ("wrong_state", "You cannot do this while the draft is open.")
        pause_draft(draft=draft, by=alice, now=draft.opens_at)
        assert refusal(pause_draft, draft=draft, by=alice, now=draft.opens_at)[0] == "wrong_state"


class TestMoreTime:
    def test_an_extension_is_added_and_logged(self, draft, alice):
        extend_turn(draft=draft, by=alice, minutes=90, now=draft.opens_at + HOUR)
        assert hours_left(draft, draft.opens_at) == 7.5
        event = last_event(draft)
        assert (event.kind, event.by, event.payload["minutes"]) == ("extended", alice, 90)
        assert event.payload["turn_ends_at"] == deadline(draft).isoformat()

    def test_an_extension_of_an_expired_turn_counts_from_now(self, draft, alice):
        late = draft.opens_at + 13 * HOUR
        extend_turn(draft=draft, by=alice, minutes=30, now=late)
        assert hours_left(draft, late) == 0.5

    def test_an_extension_leaves_the_others_enough_time(self, draft, alice, alices):
        for number in range(6):
            extend_turn(draft=draft, by=alice, minutes=24 * 60, now=draft.opens_at)
            if number == 4:
                break
        refused = refusal(extend_turn, draft=draft, by=alice, minutes=24 * 60, now=draft.opens_at)
        assert refused == (
            "no_time_left",
            "There is no time to spare: the other players need what is left until the lock.",
        )
        assert deadline(draft) == draft.locks_at - 2 * MINUTE - 3 * 30 * MINUTE

    @pytest.mark.parametrize("minutes", [0, -5, 24 * 60 + 1])
    def test_an_extension_is_between_a_minute_and_a_day(self, draft, alice, minutes):
        with pytest.raises(Invalid, match="by 1 minute to 24 hours"):
            extend_turn(draft=draft, by=alice, minutes=minutes, now=draft.opens_at)

    def test_an_extension_without_a_clock_is_refused(self, league, alice):
        change_settings(league=league, by=alice, changes={"clock": "none"}, now=FOUNDED_AT)
        draft = opened(league)
        assert refusal(extend_turn, draft=draft, by=alice, minutes=5, now=draft.opens_at)[0] == "no_clock"


class TestAPickForSomeone:
    def pick_for(self, draft, constructor, by, ref="driver_1"):
        now = draft.opens_at + HOUR
        return pick_for(draft=draft, constructor=constructor, entry=entry(draft.race, ref), by=by, now=now)

    def test_a_managers_pick_says_who_made_it(self, draft, alice, alices):
        made = self.pick_for(draft, alices, alice)
        assert (made.source, made.picked_by, made.slot.number) == ("manager", alice, 1)
        assert (last_event(draft).by, last_event(draft).payload["source"]) == (alice, "manager")

    def test_a_manager_picks_only_for_the_player_on_the_clock(self, draft, alice, bobs):
        refused = refusal(self.pick_for, draft=draft, constructor=bobs, by=alice)
        assert refused == ("not_their_turn", "It is not Bob Motorsport's turn.")

    def test_a_late_pick_for_a_passed_turn_leaves_the_running_clock_alone(self, without_autopicks, alice, alices):
        draft = without_autopicks
        expire_due_turns(now=draft.opens_at + 6 * HOUR)
        before = deadline(draft)
        assert self.pick_for(draft, alices, alice).slot.number == 1
        assert deadline(draft) == before

    def test_the_current_turn_is_filled_before_a_passed_one(self, without_autopicks, alice, alices, bobs):
        draft = without_autopicks
        expire_due_turns(now=draft.opens_at + 6 * HOUR)
        pick(draft, bobs, "driver_2", draft.opens_at + 7 * HOUR)
        assert self.pick_for(draft, alices, alice).slot.number == 3

    def test_a_taken_driver_is_refused(self, draft, alice, alices, bobs):
        pick(draft, alices, "driver_1")
        assert refusal(self.pick_for, draft=draft, constructor=bobs, by=alice)[0] == "driver_taken"

    def test_a_driver_of_another_race_is_refused(self, draft, season, alice, alices):
        elsewhere = grid(season.races.get(round=3))[0]
        refused = refusal(pick_for, draft=draft, constructor=alices, entry=elsewhere, by=alice, now=draft.opens_at)
        assert refused == ("driver_not_entered", "1 is not entered for this race.")

    def test_a_constructor_of_another_league_is_refused(self, season, draft, alice, charlie):
        other = create_league(creator=charlie, season=season, name="Others", now=FOUNDED_AT)
        theirs = other.constructors.get()
        assert refusal(self.pick_for, draft=draft, constructor=theirs, by=alice)[0] == "not_their_turn"


class TestUndoing:
    def undo(self, draft, by, count=1):
        return undo_picks(draft=draft, by=by, count=count, now=draft.opens_at + 2 * HOUR)

    def test_undoing_removes_the_last_picks_and_reopens_their_slots(self, draft, alice, alices, bobs):
        for number, constructor in enumerate([alices, bobs, alices], 1):
            pick(draft, constructor, f"driver_{number}")
        self.undo(draft, alice, 2)
        assert list(draft.picks.values_list("slot__number", flat=True)) == [1]
        assert pick(draft, bobs, "driver_3", draft.opens_at + 3 * HOUR).slot.number == 2

    def test_the_log_names_the_undone_picks(self, draft, alice, alices):
        pick(draft, alices, "driver_7")
        self.undo(draft, alice)
        event = last_event(draft)
        assert (event.kind, event.by, event.payload) == (
            "undone",
            alice,
            {"picks": [{"slot": 1, "driver_id": "driver_7"}]},
        )

    def test_undoing_reopens_a_complete_draft_with_a_clock(self, draft, alice):
        filled(draft)
        self.undo(draft, alice)
        assert (fresh(draft).state, hours_left(draft, draft.opens_at + 2 * HOUR)) == (State.OPEN, 6)

    def test_undoing_while_paused_starts_no_clock(self, draft, alice, alices):
        pick(draft, alices, "driver_1")
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        self.undo(draft, alice)
        assert (fresh(draft).state, fresh(draft).turn_ends_at) == (State.PAUSED, None)

    def test_undoing_a_late_pick_changes_no_clock(self, without_autopicks, alice, alices):
        draft = without_autopicks
        expire_due_turns(now=draft.opens_at + 6 * HOUR)
        before = deadline(draft)
        pick(draft, alices, "driver_1", draft.opens_at + 7 * HOUR)
        self.undo(draft, alice)
        assert (deadline(draft), draft.slots.get(number=1).passed_at) == (before, draft.opens_at + 6 * HOUR)
        assert pick(draft, alices, "driver_2", draft.opens_at + 14 * HOUR).slot.number == 1

    def test_the_last_pick_is_the_last_made_even_with_a_slow_clock(self, draft, alice, alices, bobs):
        pick(draft, alices, "driver_1", draft.opens_at + MINUTE)
        pick(draft, bobs, "driver_2", draft.opens_at)
        self.undo(draft, alice)
        assert draft.picks.get().slot.constructor == alices

    def test_undoing_does_not_reopen_slots_of_former_members(self, draft, league, alice, alices, bobs, bob):
        pick(draft, alices, "driver_1")
        pick(draft, bobs, "driver_2")
        leave_league(user=bob, league=league, now=draft.opens_at + HOUR)
        self.undo(draft, alice, 1)
        assert set(order_of(draft)) == {alices.pk}
        assert kinds(draft)[-2:] == ["undone", "slots_released"]
        assert pick(draft, alices, "driver_2", draft.opens_at + 3 * HOUR).slot.number == 3
        assert fresh(draft).state == State.COMPLETE

    @pytest.mark.parametrize("count", [0, -1, 1])
    def test_undoing_without_picks_is_refused(self, draft, alice, count):
        assert refusal(self.undo, draft=draft, by=alice, count=count) == (
            "nothing_to_undo",
            "There is no pick to undo.",
        )

    def test_undoing_after_the_lock_is_refused(self, draft, alice):
        locked(filled(draft))
        assert refusal(self.undo, draft=draft, by=alice)[0] == "wrong_state"


class TestTheOrder:
    def test_an_order_set_while_paused_applies_on_resuming(self, draft, alice, alices, bobs):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        set_order(draft=draft, order=[bobs.pk, alices.pk], by=alice, now=draft.opens_at + 2 * HOUR)
        resume_draft(draft=draft, by=alice, now=draft.opens_at + 3 * HOUR)
        assert order_of(draft)[:2] == [bobs.pk, alices.pk]
        assert hours_left(draft, draft.opens_at + 3 * HOUR) == 6

    def test_the_new_first_player_gets_a_full_clock(self, draft, alice, alices, bobs):
        set_order(draft=draft, order=[bobs.pk, alices.pk], by=alice, now=draft.opens_at + HOUR)
        assert hours_left(draft, draft.opens_at + HOUR) == 6

    def test_an_order_from_an_outdated_page_is_refused(self, league, alice, alices, bobs):
        draft = upcoming(league)
        order = [bobs.pk, alices.pk]
        set_order(draft=draft, order=order, by=alice, now=FOUNDED_AT, seen=0)
        refused = refusal(set_order, draft=draft, order=order, by=alice, now=FOUNDED_AT, seen=0)
        assert refused[0] == "room_moved_on"

    def test_an_order_after_the_lock_is_refused(self, draft, alice, alices, bobs):
        order = [bobs.pk, alices.pk]
        assert refusal(set_order, draft=draft, order=order, by=alice, now=draft.locks_at)[0] == "order_is_fixed"
