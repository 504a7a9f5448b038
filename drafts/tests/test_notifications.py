"""Notifications to the players when the race of their draft moves, is cancelled or returns to the calendar."""

from datetime import timedelta

import pytest

from accounts.services import change_time_zone
from constructors.models import Constructor
from drafts.services import reschedule_drafts
from leagues.models import Membership
from leagues.services import change_settings, leave_league
from notifications.models import Notification
from races.models import Race
from races.services import set_race_state
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.stories import filled, fresh, joined, locked, opened, upcoming

from .test_rescheduling import moved

DAY = timedelta(days=1)


def notifications_of(user):
    """The notifications about the race and its draft, without those about turns and picks."""
    return [
        (notification.kind, notification.title, notification.body)
        for notification in user.notifications.filter(kind__in=["race_changed", "draft_voided"]).order_by("pk")
    ]


def test_players_are_notified_of_a_moved_lock(league, alice, bob, race):
    change_time_zone(user=bob, time_zone="Asia/Tokyo")
    opened(league)
    moved(race, 2 * DAY)
    title = f"{race.name}: the draft of “Alpine Friends” locks at another time"
    kept = "All picks stay."
    assert notifications_of(alice) == [("race_changed", title, f"It now locks on Mon 17 Mar, 04:55 UTC. {kept}")]
    assert notifications_of(bob) == [("race_changed", title, f"It now locks on Mon 17 Mar, 13:55 JST. {kept}")]


def test_the_notification_links_to_the_room(client, league, alice, race):
    draft = opened(league)
    moved(race, DAY)
    client.force_login(alice)
    assert client.get(alice.notifications.get(kind="race_changed").url).context["draft"] == fresh(draft)


def test_each_of_three_moves_of_a_race_is_notified(league, alice, race):
    opened(league)
    for hours, by in enumerate([DAY, -DAY, DAY]):
        moved(race, by, now=DRAFTING_AT + timedelta(hours=hours))
    assert len(notifications_of(alice)) == 3


def test_a_moved_upcoming_draft_is_notified_too(league, alice, race):
    moved(race, DAY, now=FOUNDED_AT)
    assert [body for _, _, body in notifications_of(alice)] == ["It now locks on Sun 16 Mar, 04:55 UTC."]


def test_an_unchanged_timetable_sends_no_notification(league, alice, race):
    reschedule_drafts(race=race, now=FOUNDED_AT)
    assert notifications_of(alice) == []


def test_the_exact_time_of_a_known_day_sends_no_notification(league, alice, race):
    starts = {session.pk: session.starts_at for session in race.sessions.all()}
    race.sessions.update(starts_at=None)
    reschedule_drafts(race=race, now=FOUNDED_AT)
    alice.notifications.all().delete()
    for session in race.sessions.all():
        session.starts_at = starts[session.pk]
        session.save()
    reschedule_drafts(race=race, now=FOUNDED_AT)
    assert notifications_of(alice) == []


def test_a_lock_moved_by_the_manager_sends_no_notification(league, alice, bob):
    change_settings(league=league, by=alice, changes={"lock_minutes": 30}, now=FOUNDED_AT)
    assert notifications_of(bob) == []


def test_players_are_notified_that_a_cancelled_race_voids_the_draft(league, alice, race):
    filled(opened(league))
    set_race_state(race=race, state=Race.State.CANCELLED, now=DRAFTING_AT)
    title = f"{race.name}: the draft of “Alpine Friends” is void"
    kept = "All picks stay visible but score no points. The next draft keeps the order."
    assert notifications_of(alice) == [("draft_voided", title, f"The race was cancelled. {kept}")]


def test_a_cancelled_race_before_the_opening_mentions_no_picks(league, alice, race):
    set_race_state(race=race, state=Race.State.CANCELLED, now=FOUNDED_AT)
    assert [(kind, body) for kind, _, body in notifications_of(alice)] == [("draft_voided", "The race was cancelled.")]


def test_players_are_notified_which_race_is_next(league, alice, race):
    moved(race, 30 * DAY, now=FOUNDED_AT)
    ((kind, title, body),) = notifications_of(alice)
    second = upcoming(league)
    assert (kind, title) == ("race_changed", f"“Alpine Friends” drafts for another race next: {second.race.name}")
    assert body.startswith("The calendar has changed. The draft opens on Mon")


def test_a_move_after_the_lock_sends_no_notification(league, alice, race):
    locked(filled(opened(league)))
    moved(race, DAY)
    assert notifications_of(alice) == []


def test_bots_and_former_members_are_not_notified(league, bob, race):
    bot = joined(league)
    Constructor.objects.filter(pk=bot.pk).update(is_bot=True)
    leave_league(user=bob, league=league, now=FOUNDED_AT)
    moved(race, DAY, now=FOUNDED_AT)
    assert {str(notification.user) for notification in Notification.objects.all()} == {"alice"}
    assert Membership.objects.active().filter(league=league).count() == 2


@pytest.mark.parametrize("state", [Race.State.CANCELLED, Race.State.POSTPONED])
def test_a_reinstated_race_is_notified_as_the_next(league, alice, race, state):
    set_race_state(race=race, state=state, now=FOUNDED_AT)
    set_race_state(race=race, state=Race.State.SCHEDULED, now=FOUNDED_AT + DAY)
    assert notifications_of(alice)[-1][1] == f"“Alpine Friends” drafts for another race next: {race.name}"
