"""Substitutions: until the lock, the holder of a driver who is out can take a free driver, without turn or clock."""

from datetime import timedelta

import pytest

from core.errors import NotAllowed, Refused
from drafts.models import Draft, DraftEvent
from drafts.services import (
    change_pick,
    expire_due_turns,
    lock_draft,
    pause_draft,
    reschedule_drafts,
    substitute_driver,
    substitute_driver_for,
    undo_picks,
)
from leagues.services import leave_league
from races.models import Race
from races.services import save_entry
from tests.support.factories import DriverFactory, EntryFactory, TeamFactory, grid
from tests.support.stories import (
    MINUTE,
    deadline,
    entry,
    filled,
    fresh,
    last_event,
    locked,
    opened,
    pick,
    upcoming,
    withdrawn,
)

HOUR = timedelta(hours=1)
State = Draft.State


@pytest.fixture
def draft(league, alices, bobs):
    """Alice has picked the first driver, who has been withdrawn since; it is Bob's turn."""
    draft = opened(league, [alices, bobs])
    pick(draft, alices, "driver_1")
    withdrawn(draft, "driver_1")
    return fresh(draft)


def substitute(draft, constructor, out="driver_1", to="driver_5", at=None, by=None):
    race = draft.race
    at = at or draft.opens_at + HOUR
    return substitute_driver(constructor=constructor, out=entry(race, out), entry=entry(race, to), by=by, now=at)


def substitute_by_the_manager(draft, by, out="driver_1", to="driver_5", at=None, seen=None):
    race = draft.race
    at = at or draft.opens_at + HOUR
    return substitute_driver_for(draft=draft, out=entry(race, out), entry=entry(race, to), by=by, now=at, seen=seen)


def refusal(call, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.code, refused.value.sentence


def kinds(draft):
    return list(draft.events.order_by("seq").values_list("kind", flat=True))


class TestSubstituting:
    def test_only_the_driver_of_the_pick_changes(self, draft, alices, alice):
        before = draft.picks.get()
        made = substitute(draft, alices, by=alice)
        assert (made.pk, made.slot, made.picked_at) == (before.pk, before.slot, before.picked_at)
        assert (made.entry.driver.ref, made.source, made.picked_by) == ("driver_5", "player", alice)

    def test_the_current_turn_keeps_its_deadline(self, draft, alices, bobs):
        before = deadline(draft)
        substitute(draft, alices)
        assert deadline(draft) == before
        assert pick(draft, bobs, "driver_2", draft.opens_at + 2 * HOUR).slot.number == 2

    def test_the_log_names_both_drivers(self, draft, alices, alice):
        substitute(draft, alices, by=alice)
        event = last_event(draft)
        assert (event.kind, event.by, event.seq) == (DraftEvent.Kind.SUBSTITUTED, alice, 4)
        assert event.payload == {
            "slot": 1,
            "constructor": "Alice Racing",
            "from_driver_id": "driver_1",
            "driver_id": "driver_5",
            "driver": "Driver 5",
            "source": "player",
        }

    def test_a_complete_draft_allows_substitutions_until_the_lock(self, draft, alices):
        filled(draft)
        assert substitute(draft, alices, to="driver_9", at=draft.locks_at - MINUTE).slot.number == 1
        assert fresh(draft).state == State.COMPLETE

    def test_a_driver_who_entered_late_can_be_taken(self, draft, alices):
        """2025, round 7: Colapinto replaced Doohan."""
        driver, team = DriverFactory.create(ref="colapinto"), TeamFactory.create(ref="team_1")
        EntryFactory.create(race=draft.race, driver=driver, team=team, number=43)
        assert substitute(draft, alices, to="colapinto").entry.in_line_up is False

    def test_a_substituted_autopick_becomes_the_players_own(self, league, alices, bobs):
        draft = opened(league, [alices, bobs])
        expire_due_turns(now=deadline(draft))
        out = draft.picks.get().entry.driver.ref
        withdrawn(draft, out)
        assert substitute(draft, alices, out, "driver_9", draft.opens_at + 7 * HOUR).source == "player"

    def test_the_new_driver_can_drop_out_too(self, draft, alices):
        substitute(draft, alices)
        withdrawn(draft, "driver_5")
        assert substitute(draft, alices, "driver_5", "driver_6").entry.driver.ref == "driver_6"
        assert kinds(draft)[2:] == ["driver_out", "swapped", "driver_out", "swapped"]

    def test_both_drivers_can_be_substituted_one_after_the_other(self, draft, alices, bobs):
        pick(draft, bobs, "driver_2")
        pick(draft, alices, "driver_4", draft.opens_at + HOUR)
        withdrawn(draft, "driver_4")
        assert substitute(draft, alices, "driver_4", "driver_6", draft.opens_at + 2 * HOUR).slot.number == 3
        assert substitute(draft, alices, "driver_1", "driver_7", draft.opens_at + 2 * HOUR).slot.number == 1


class TestRefusals:
    def test_a_substitution_after_the_lock_is_refused(self, draft, alices):
        assert refusal(substitute, draft, alices, at=draft.locks_at) == ("draft_locked", "The draft is locked.")
        locked(draft)
        assert refusal(substitute, draft, alices)[0] == "draft_locked"

    def test_a_substitution_while_paused_is_refused(self, draft, alice, alices):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        assert refusal(substitute, draft, alices) == ("draft_paused", "The draft is paused.")

    def test_a_substitution_in_a_void_draft_is_refused(self, draft, alices):
        Race.objects.filter(pk=draft.race_id).update(state=Race.State.CANCELLED)
        reschedule_drafts(race=draft.race, now=draft.opens_at + HOUR)
        assert refusal(substitute, draft, alices)[0] == "no_draft"

    def test_a_driver_who_takes_part_cannot_be_substituted(self, draft, bobs):
        pick(draft, bobs, "driver_2")
        refused = refusal(substitute, draft, bobs, "driver_2")
        assert refused == ("driver_takes_part", "2 takes part. You can only substitute a driver who is out.")

    def test_a_driver_who_is_back_cannot_be_substituted(self, draft, alices):
        back = entry(draft.race, "driver_1")
        back.is_withdrawn = False
        save_entry(entry=back, now=draft.opens_at + HOUR)
        assert refusal(substitute, draft, alices)[0] == "driver_takes_part"

    def test_another_players_driver_cannot_be_substituted(self, draft, bobs):
        assert refusal(substitute, draft, bobs) == ("driver_not_held", "You do not have 1 in this draft.")

    def test_a_repeated_substitution_is_refused(self, draft, alices):
        substitute(draft, alices)
        assert refusal(substitute, draft, alices, to="driver_6")[0] == "driver_not_held"
        assert draft.picks.get().entry.driver.ref == "driver_5"

    def test_a_taken_driver_is_refused(self, draft, alices, bobs):
        pick(draft, bobs, "driver_5")
        refused = refusal(substitute, draft, alices)
        assert refused == ("driver_taken", "5 is gone: Bob Motorsport picked first.")

    def test_another_driver_who_is_out_is_refused(self, draft, alices):
        withdrawn(draft, "driver_5")
        assert refusal(substitute, draft, alices) == ("driver_withdrawn", "5 will not take part.")

    def test_a_driver_of_another_race_is_refused(self, draft, season, alice):
        elsewhere = grid(season.races.get(round=3))[4]
        refused = refusal(
            substitute_driver_for,
            draft=draft,
            out=entry(draft.race, "driver_1"),
            entry=elsewhere,
            by=alice,
            now=draft.opens_at,
        )
        assert refused[0] == "driver_not_entered"

    def test_a_substitution_before_the_draft_opens_is_refused(self, league, alices):
        assert refusal(substitute, upcoming(league), alices) == ("draft_not_open", "The draft has not opened yet.")

    def test_a_former_member_cannot_substitute(self, league, draft, bobs, bob):
        pick(draft, bobs, "driver_2")
        leave_league(user=bob, league=league, now=draft.opens_at + HOUR)
        withdrawn(draft, "driver_2")
        bobs.refresh_from_db()
        with pytest.raises(NotAllowed, match="has left the league"):
            substitute(draft, bobs, "driver_2")


class TestWhatComesAfter:
    def test_undoing_removes_the_new_driver_in_pick_order(self, draft, alice, alices, bobs):
        pick(draft, bobs, "driver_2")
        substitute(draft, alices)
        undo_picks(draft=draft, by=alice, count=1, now=draft.opens_at + HOUR)
        assert draft.picks.get().entry.driver.ref == "driver_5"
        undo_picks(draft=draft, by=alice, count=1, now=draft.opens_at + HOUR)
        assert last_event(draft).payload == {"picks": [{"slot": 1, "driver_id": "driver_5"}]}
        assert pick(draft, alices, "driver_5", draft.opens_at + 2 * HOUR).slot.number == 1

    def test_a_substituted_last_pick_can_still_be_changed(self, draft, alices):
        substitute(draft, alices)
        now = draft.opens_at + HOUR
        assert change_pick(constructor=alices, entry=entry(draft.race, "driver_6"), now=now).slot.number == 1

    def test_a_void_draft_keeps_the_substitution(self, draft, alices):
        substitute(draft, alices)
        Race.objects.filter(pk=draft.race_id).update(state=Race.State.CANCELLED)
        reschedule_drafts(race=draft.race, now=draft.opens_at + HOUR)
        assert draft.picks.get().entry.driver.ref == "driver_5"

    def test_the_lock_leaves_a_driver_who_is_out_in_place(self, draft, alices):
        lock_draft(draft=draft, now=draft.locks_at)
        assert draft.picks.get(slot__number=1).entry.driver.ref == "driver_1"


class TestByTheManager:
    def test_a_managers_substitution_names_the_manager(self, draft, alice, alices, bobs, bob):
        pick(draft, bobs, "driver_2")
        withdrawn(draft, "driver_2")
        made = substitute_by_the_manager(draft, alice, "driver_2")
        assert (made.slot.constructor, made.source, made.picked_by) == (bobs, "manager", alice)
        assert (last_event(draft).by, last_event(draft).payload["source"]) == (alice, "manager")

    def test_a_manager_can_substitute_while_paused(self, draft, alice):
        pause_draft(draft=draft, by=alice, now=draft.opens_at + HOUR)
        assert substitute_by_the_manager(draft, alice).entry.driver.ref == "driver_5"
        assert fresh(draft).state == State.PAUSED

    def test_members_cannot_substitute_for_others(self, draft, bob, charlie):
        for user in (bob, charlie):
            with pytest.raises(NotAllowed, match="Only the league's managers"):
                substitute_by_the_manager(draft, user)

    def test_a_driver_without_a_holder_is_refused(self, draft, alice):
        assert refusal(substitute_by_the_manager, draft, alice, "driver_3") == (
            "driver_not_held",
            "Nobody has 3 in this draft.",
        )

    def test_a_substitution_from_an_outdated_page_is_refused(self, draft, alice):
        assert refusal(substitute_by_the_manager, draft, alice, seen=draft.last_seq - 1)[0] == "room_moved_on"
        assert substitute_by_the_manager(draft, alice, seen=draft.last_seq).slot.number == 1

    def test_a_managers_substitution_after_the_lock_is_refused(self, draft, alice):
        assert refusal(substitute_by_the_manager, draft, alice, at=draft.locks_at)[0] == "draft_locked"
