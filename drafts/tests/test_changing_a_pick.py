"""A player can change the last pick of the draft until the next one is made."""

from datetime import timedelta

import pytest
from django.db import connection

from core.errors import NotAllowed, Refused
from drafts.models import Draft
from drafts.selectors import draft_room
from drafts.services import change_pick, expire_due_turns, pause_draft
from leagues.services import leave_league
from tests.support.stories import MINUTE, deadline, entry, filled, fresh, last_event, opened, pick

HOUR = timedelta(hours=1)


@pytest.fixture
def draft(league, alices, bobs):
    return opened(league, [alices, bobs])


def change(draft, constructor, ref, at=None, by=None):
    wanted = entry(draft.race, ref)
    return change_pick(constructor=constructor, entry=wanted, by=by, now=at or draft.opens_at + HOUR)


def refusal(draft, constructor, ref="driver_9", at=None):
    with pytest.raises(Refused) as refused:
        change(draft, constructor, ref, at)
    return refused.value.code, refused.value.sentence


class TestAChange:
    def test_a_changed_pick_keeps_the_slot_and_frees_the_driver(self, draft, alices, bobs, alice):
        first = pick(draft, alices, "driver_1")
        changed = change(draft, alices, "driver_2", by=alice)
        assert (changed.pk, changed.entry.driver.ref, changed.picked_by) == (first.pk, "driver_2", alice)
        assert pick(draft, bobs, "driver_1", draft.opens_at + 2 * HOUR).slot.number == 2

    def test_a_changed_pick_leaves_the_next_clock_alone(self, draft, alices):
        pick(draft, alices, "driver_1")
        before = deadline(draft)
        change(draft, alices, "driver_2")
        assert deadline(draft) == before

    def test_the_log_names_both_drivers(self, draft, alices, alice):
        pick(draft, alices, "driver_1")
        change(draft, alices, "driver_2", by=alice)
        event = last_event(draft)
        assert (event.seq, event.kind, event.by) == (3, "pick_changed", alice)
        assert (event.payload["from_driver_id"], event.payload["driver_id"]) == ("driver_1", "driver_2")

    def test_a_changed_autopick_becomes_the_players_own(self, draft, alices):
        expire_due_turns(now=deadline(draft))
        assert change(draft, alices, "driver_9", draft.opens_at + 7 * HOUR).source == "player"

    def test_the_final_pick_can_be_changed_until_the_lock(self, draft, bobs):
        filled(draft)
        assert change(draft, bobs, "driver_22", draft.locks_at - MINUTE).slot.number == 4
        assert fresh(draft).state == Draft.State.COMPLETE

    def test_a_room_that_is_read_meanwhile_lists_every_driver_once(self, draft, alices):
        pick(draft, alices, "driver_1")
        todo = [lambda: change(draft, alices, "driver_2")]

        def change_meanwhile(execute, sql, *args):
            if todo and 'FROM "races_entry"' in sql:  # The picks have been read.
                todo.pop()()
            return execute(sql, *args)

        with connection.execute_wrapper(change_meanwhile):
            listed = [driver.entry.driver.ref for driver in draft_room(fresh(draft)).drivers]
        assert todo == []
        assert sorted(listed) == sorted(f"driver_{number}" for number in range(1, 23))


class TestRefusals:
    def test_a_change_after_the_next_pick_is_refused(self, draft, alices, bobs):
        pick(draft, alices, "driver_1")
        pick(draft, bobs, "driver_2")
        assert refusal(draft, alices) == (
            "too_late_to_change",
            "You can only change your pick until the next one is made.",
        )

    def test_a_change_before_the_first_pick_is_refused(self, draft, bobs):
        assert refusal(draft, bobs)[0] == "too_late_to_change"

    def test_a_change_to_a_taken_driver_is_refused(self, draft, alices, bobs):
        pick(draft, alices, "driver_1")
        pick(draft, bobs, "driver_2")
        assert refusal(draft, bobs, "driver_1") == ("driver_taken", "1 is gone: Alice Racing picked first.")

    def test_changes_while_paused_and_after_the_lock_are_refused(self, draft, alice, alices):
        pick(draft, alices, "driver_1")
        assert refusal(draft, alices, at=draft.locks_at)[0] == "wrong_state"
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        assert refusal(draft, alices) == ("wrong_state", "You can only change a pick while the draft is open.")

    def test_a_former_member_cannot_change_a_pick(self, league, draft, alices, bobs, bob):
        pick(draft, alices, "driver_1")
        pick(draft, bobs, "driver_2")
        leave_league(user=bob, league=league, now=draft.opens_at + HOUR)
        bobs.refresh_from_db()
        with pytest.raises(NotAllowed, match="has left the league"):
            change(draft, bobs, "driver_3")
