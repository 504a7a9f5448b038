"""Withdrawals before the lock: an event in every draft that holds the driver, and a notification for the holder."""

from datetime import timedelta

import pytest

from accounts.services import change_time_zone
from constructors.models import Constructor
from leagues.services import create_league, leave_league
from notifications.kinds import CHANNELS
from notifications.models import Notification
from notifications.services import set_notification_preferences
from races.services import record_entries, save_entry
from races.sources.dto import EntryDTO
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.stories import entry, filled, fresh, joined, last_event, locked, opened, pick, withdrawn

HOUR = timedelta(hours=1)


@pytest.fixture
def draft(league, alices, bobs):
    """Alice has picked the first driver, Bob the second."""
    draft = opened(league, [alices, bobs])
    pick(draft, alices, "driver_1")
    pick(draft, bobs, "driver_2")
    return fresh(draft)


def notifications_of(user):
    return [
        (notification.kind, notification.title, notification.body, notification.url)
        for notification in user.notifications.filter(kind="driver_out").order_by("pk")
    ]


def test_the_holder_is_notified_with_a_link_to_the_room(client, draft, alice, bob):
    change_time_zone(user=alice, time_zone="Asia/Tokyo")
    withdrawn(draft, "driver_1")
    ((kind, title, body, url),) = notifications_of(alice)
    assert (kind, title) == (
        "driver_out",
        f"Driver 1 is out of the {draft.race.name}: choose another driver in “Alpine Friends”",
    )
    assert body.startswith("You can take any free driver instead until the draft locks on Sat 15 Mar, 13:55 JST.")
    client.force_login(alice)
    assert client.get(url).context["draft"] == draft
    assert notifications_of(bob) == []


def test_the_log_records_the_withdrawal(draft):
    withdrawn(draft, "driver_1")
    event = last_event(draft)
    assert (event.seq, event.kind, event.by) == (draft.last_seq + 1, "driver_out", None)
    assert event.payload == {
        "slot": 1,
        "constructor": "Alice Racing",
        "driver_id": "driver_1",
        "driver": "Driver 1",
    }


def test_a_driver_without_a_holder_sends_no_notification(draft, alice):
    withdrawn(draft, "driver_9")
    assert fresh(draft).last_seq == draft.last_seq
    assert not Notification.objects.filter(kind="driver_out").exists()


def test_a_repeated_withdrawal_sends_no_notification(draft, alice):
    for _ in range(2):
        withdrawn(draft, "driver_1")
    assert len(notifications_of(alice)) == 1
    assert fresh(draft).last_seq == draft.last_seq + 1


def test_a_driver_who_drops_out_twice_is_notified_twice(draft, alice):
    withdrawn(draft, "driver_1", DRAFTING_AT)
    back = entry(draft.race, "driver_1")
    back.is_withdrawn = False
    save_entry(entry=back, now=DRAFTING_AT + HOUR)
    withdrawn(draft, "driver_1", DRAFTING_AT + 2 * HOUR)
    assert len(notifications_of(alice)) == 2


def test_a_line_up_from_the_api_notifies_too(draft, alice, bob):
    entries = draft.race.entries.select_related("driver", "team").exclude(driver__ref__in=["driver_1", "driver_2"])
    stay = [EntryDTO(entry.driver.ref, entry.team.ref, entry.number) for entry in entries]
    record_entries(race=draft.race, entries=stay, now=draft.opens_at + HOUR)
    assert [len(notifications_of(user)) for user in (alice, bob)] == [1, 1]
    assert list(draft.events.filter(kind="driver_out").values_list("payload__driver_id", flat=True)) == [
        "driver_1",
        "driver_2",
    ]


def test_every_league_that_drafts_for_the_race_is_notified(season, draft, alice, charlie):
    other = create_league(creator=charlie, season=season, name="Others", now=FOUNDED_AT)
    charlies = other.constructors.get()
    joined(other)
    others = opened(other, [charlies])
    pick(others, charlies, "driver_1")
    withdrawn(draft, "driver_1")
    assert (len(notifications_of(alice)), len(notifications_of(charlie))) == (1, 1)
    assert last_event(others).kind == "driver_out"


def test_the_number_of_queries_does_not_grow_with_leagues(
    season, draft, charlie, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(20) as queries:
        withdrawn(draft, "driver_1")
    for number in range(3):
        other = create_league(creator=charlie, season=season, name=f"Others {number}", now=FOUNDED_AT)
        charlies = other.constructors.get()
        joined(other)
        pick(opened(other, [charlies]), charlies, "driver_2")
    with django_assert_num_queries(len(queries)):
        withdrawn(draft, "driver_2")
    assert len(notifications_of(charlie)) == 3


def test_a_complete_draft_notifies_until_the_lock(draft, alice):
    filled(draft)
    withdrawn(draft, "driver_1")
    assert len(notifications_of(alice)) == 1
    locked(draft)
    withdrawn(draft, "driver_3", draft.locks_at)
    assert last_event(draft).kind == "locked"
    assert Notification.objects.filter(kind="driver_out").count() == 1


def test_after_the_lock_nobody_is_notified_even_before_the_sweep(draft):
    withdrawn(draft, "driver_1", draft.locks_at)
    assert not Notification.objects.filter(kind="driver_out").exists()
    assert fresh(draft).last_seq == draft.last_seq


def test_bots_and_former_members_are_not_notified(draft, league, bob, bobs, alices):
    Constructor.objects.filter(pk=alices.pk).update(is_bot=True)
    leave_league(user=bob, league=league, now=DRAFTING_AT)
    before = Notification.objects.count()
    withdrawn(draft, "driver_1")
    withdrawn(draft, "driver_2")
    assert Notification.objects.count() == before


def test_a_muted_kind_is_not_notified(draft, alice):
    set_notification_preferences(user=alice, preferences={"driver_out": dict.fromkeys(CHANNELS, False)})
    withdrawn(draft, "driver_1")
    assert notifications_of(alice) == []
    assert last_event(draft).kind == "driver_out"
