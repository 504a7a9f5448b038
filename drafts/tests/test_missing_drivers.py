"""Drafts with more slots than drivers: the last slots are void, and administrators are told."""

from datetime import timedelta

import pytest

from drafts.history import event_lines
from drafts.models import Draft, DraftEvent, Slot
from drafts.selectors import slot_on_the_clock
from drafts.services import expire_turn, lock_draft, make_bot_picks, pause_draft, pick_for, resume_draft, undo_picks
from notifications.models import Notification
from races.models import Entry
from races.services import save_entry
from tests.support.cast import DRAFTING_AT
from tests.support.factories import DriverFactory, TeamFactory, UserFactory
from tests.support.stories import deadline, entry, fresh, opened, pick

pytestmark = pytest.mark.django_db

LATER = DRAFTING_AT + timedelta(hours=1)


def only(race, count):
    """Leave this many cars in the race."""
    kept = race.entries.order_by("number").values("pk")[:count]
    race.entries.exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()


@pytest.fixture
def draft(league, alices, bobs):
    """Four slots, and drivers 1 to 3: Alice, Bob, Alice, Bob."""
    only(league.season.races.order_by("race_date").first(), 3)
    return opened(league, [alices, bobs])


def picked(draft, refs):
    """Let the constructors on the clock pick these drivers."""
    for ref in refs:
        slot = slot_on_the_clock(fresh(draft))
        assert slot is not None
        pick(draft, slot.constructor, ref)
    return fresh(draft)


def void_slots(draft):
    return list(draft.slots.exclude(voided_at=None).values_list("number", flat=True))


def kinds(draft):
    return list(draft.events.order_by("seq").values_list("kind", flat=True))


def enter(draft, ref="driver_34"):
    new = Entry(race=draft.race, driver=DriverFactory.create(ref=ref), team=TeamFactory.create(), number=34)
    return save_entry(entry=new, now=LATER)


def withdraw(draft, ref):
    out = entry(draft.race, ref)
    out.is_withdrawn = True
    save_entry(entry=out, now=LATER)


def test_the_last_slot_is_void_and_the_draft_complete_without_it(draft):
    picked(draft, ["driver_1", "driver_2", "driver_3"])
    draft = fresh(draft)
    assert (draft.state, void_slots(draft), draft.turn_ends_at) == (Draft.State.COMPLETE, [4], None)
    assert kinds(draft)[-2:] == ["slots_voided", "completed"]
    assert event_lines(draft)[1].sentence.startswith("No driver is left, so the last pick is void: ")


def test_an_autopick_of_the_last_driver_completes_it_too(draft):
    picked(draft, ["driver_1", "driver_2"])
    assert expire_turn(draft=draft, now=deadline(draft))
    assert (fresh(draft).state, void_slots(draft)) == (Draft.State.COMPLETE, [4])


def test_at_the_lock_what_is_left_is_void(draft):
    assert lock_draft(draft=draft, now=draft.locks_at)
    assert (fresh(draft).state, draft.picks.count(), void_slots(draft)) == (Draft.State.LOCKED, 3, [4])
    assert "completed" not in kinds(draft)


def test_where_drivers_withdraw_the_slots_without_one_are_void_at_once(league, alices, bobs):
    only(league.season.races.order_by("race_date").first(), 4)
    draft = picked(opened(league, [alices, bobs]), ["driver_1", "driver_2"])
    withdraw(draft, "driver_3")
    assert (fresh(draft).state, void_slots(draft)) == (Draft.State.OPEN, [])
    withdraw(draft, "driver_4")
    assert (fresh(draft).state, void_slots(draft)) == (Draft.State.COMPLETE, [3, 4])


def test_a_paused_draft_is_complete_when_it_is_resumed(draft, alice, bobs):
    picked(draft, ["driver_1", "driver_2"])
    pause_draft(draft=draft, by=alice, now=LATER)
    turn = fresh(draft).slots.filter(picks=None).order_by("number")[0]
    pick_for(draft=draft, constructor=turn.constructor, entry=entry(draft.race, "driver_3"), by=alice, now=LATER)
    assert (fresh(draft).state, void_slots(draft)) == (Draft.State.PAUSED, [4])
    resume_draft(draft=draft, by=alice, now=LATER)
    assert fresh(draft).state == Draft.State.COMPLETE


def test_undoing_a_pick_opens_the_void_slot_again_until_no_driver_is_left(draft, alice):
    picked(draft, ["driver_1", "driver_2", "driver_3"])
    undo_picks(draft=draft, by=alice, count=1, now=LATER)
    assert (fresh(draft).state, void_slots(draft)) == (Draft.State.OPEN, [])
    picked(fresh(draft), ["driver_3"])
    assert (fresh(draft).state, void_slots(draft)) == (Draft.State.COMPLETE, [4])


def test_a_driver_who_is_entered_later_can_be_picked(draft):
    picked(draft, ["driver_1", "driver_2", "driver_3"])
    enter(draft)
    draft = fresh(draft)
    assert (draft.state, void_slots(draft)) == (Draft.State.OPEN, [])
    assert draft.turn_ends_at is not None
    assert event_lines(draft)[0].sentence.startswith("Another driver is entered, so ")
    picked(draft, ["driver_34"])
    assert (fresh(draft).state, fresh(draft).picks.count()) == (Draft.State.COMPLETE, 4)


def test_a_driver_who_is_entered_early_changes_nothing(draft):
    before = kinds(draft)
    enter(draft)
    assert (kinds(draft), void_slots(draft)) == (before, [])


def test_after_the_lock_nothing_opens_again(draft):
    lock_draft(draft=draft, now=draft.locks_at)
    new = Entry(race=draft.race, driver=DriverFactory.create(), team=TeamFactory.create(), number=34)
    save_entry(entry=new, now=draft.locks_at)
    assert void_slots(draft) == [4]


def test_bots_do_not_wait_for_a_driver(draft):
    draft.league.constructors.update(is_bot=True)
    for minutes in range(10):
        make_bot_picks(now=LATER + timedelta(minutes=minutes))
    assert (fresh(draft).state, fresh(draft).picks.count()) == (Draft.State.COMPLETE, 3)


def test_administrators_are_told_when_it_opens_once_for_a_race(league, alices, bobs):
    admin = UserFactory.create(is_superuser=True)
    only(league.season.races.order_by("race_date").first(), 3)
    draft = opened(league, [alices, bobs])
    told = Notification.objects.get(user=admin)
    assert told.title == f"{draft.race.name}: there are fewer drivers than picks"
    assert "has opened with 4 picks, but only 3 drivers are entered." in told.body
    assert told.url == f"/admin/races/race/{draft.race_id}/change/"


def test_nobody_is_told_where_there_are_enough(league, alices, bobs):
    admin = UserFactory.create(is_superuser=True)
    opened(league, [alices, bobs])
    assert not admin.notifications.exists()
    assert not Slot.objects.exclude(voided_at=None).exists()
    assert not DraftEvent.objects.filter(kind=DraftEvent.Kind.SLOTS_VOIDED).exists()
