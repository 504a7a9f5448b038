"""The iCalendar feed of a player: its entries, who can read it, and when its URL stops working."""

from datetime import timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from accounts.services import calendar_token, log_out_everywhere
from drafts.services import extend_turn, skip_race
from leagues.services import leave_league
from races.models import Race
from races.services import set_race_state
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.stories import MINUTE, pick

from .test_rescheduling import moved

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(at):
    at(DRAFTING_AT)


def feed_url(user):
    return reverse("drafts:calendar", args=[calendar_token(user)])


def events(client, user):
    """The events of the feed, by UID."""
    found = Calendar.from_ical(client.get(feed_url(user)).content).walk("VEVENT")
    assert all(event.errors == [] for event in found)
    assert len({str(event["uid"]) for event in found}) == len(found)
    return {str(event["uid"]): event for event in found}


def uid_of(draft, part):
    return f"draft-{draft.pk}-{part}@testserver"


def race_uid(race):
    return f"race-{race.pk}@testserver"


def titles(client, user):
    response = client.get(feed_url(user))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return [str(event["summary"]) for event in Calendar.from_ical(response.content).walk("VEVENT")]


def test_the_feed_contains_the_draft_and_the_race(client, bob, open_draft):
    about = f"{open_draft.league.name}, {open_draft.race.name}"
    found = titles(client, bob)
    assert found[:3] == [f"Draft opens: {about}", f"Draft locks: {about}", f"Practice 1: {open_draft.race.name}"]
    assert {"Grand Prix 1", "Sprint: Grand Prix 2", "Qualifying: Grand Prix 3"} <= set(found)


def test_the_feed_follows_a_race_that_moves(client, bob, open_draft):
    before = Calendar.from_ical(client.get(feed_url(bob)).content).walk("VEVENT")[1]
    type(open_draft).objects.filter(pk=open_draft.pk).update(locks_at=open_draft.locks_at + timedelta(hours=3))
    after = Calendar.from_ical(client.get(feed_url(bob)).content).walk("VEVENT")[1]
    assert after["uid"] == before["uid"]
    assert after.decoded("dtstart") - before.decoded("dtstart") == timedelta(hours=3)


def test_a_provisional_lock_says_so(client, bob, open_draft):
    type(open_draft).objects.filter(pk=open_draft.pk).update(lock_is_provisional=True)
    lock = Calendar.from_ical(client.get(feed_url(bob)).content).walk("VEVENT")[1]
    assert "this time may change" in str(lock["description"])


def test_a_league_name_is_escaped(client, bob, open_draft):
    type(open_draft.league).objects.filter(pk=open_draft.league_id).update(name="A;B, C\\nEND:VEVENT")
    assert f"Draft opens: A;B, C\\nEND:VEVENT, {open_draft.race.name}" in titles(client, bob)


def test_the_feed_has_only_the_users_own_leagues(client, charlie, open_draft):
    assert titles(client, charlie) == []


def test_a_former_member_no_longer_has_the_league(client, bob, open_draft):
    leave_league(user=bob, league=open_draft.league, now=DRAFTING_AT)
    assert titles(client, bob) == []


def test_a_void_draft_is_cancelled_and_rings_no_alarm(client, bob, open_draft, alice):
    before = events(client, bob)
    skip_race(league=open_draft.league, race=open_draft.race, by=alice, now=DRAFTING_AT)
    for part in ("opens", "locks"):
        old, new = (found[uid_of(open_draft, part)] for found in (before, events(client, bob)))
        assert (old["status"], new["status"]) == ("CONFIRMED", "CANCELLED")
        assert new["sequence"] > old["sequence"]
        assert not new.walk("VALARM")


def test_a_cancelled_race_is_cancelled_in_the_calendar(client, bob, open_draft, race):
    set_race_state(race=race, state=Race.State.CANCELLED, now=DRAFTING_AT)
    found = {uid: event for uid, event in events(client, bob).items() if uid.startswith(f"race-{race.pk}")}
    assert {str(event["status"]) for event in found.values()} == {"CANCELLED"}
    assert {int(event["sequence"]) > 0 for event in found.values()} == {True}


def test_a_moved_lock_has_a_higher_sequence_each_time(client, bob, open_draft, race):
    locks = [events(client, bob)[uid_of(open_draft, "locks")]]
    for hours, days in enumerate((1, -1, 1), start=1):
        moved(race, timedelta(days=days), now=DRAFTING_AT + timedelta(hours=hours))
        locks.append(events(client, bob)[uid_of(open_draft, "locks")])
    sequences = [int(lock["sequence"]) for lock in locks]
    assert sequences == sorted(set(sequences))
    starts = [lock.decoded("dtstart") for lock in locks]
    assert starts[0] == starts[2] != starts[1] == starts[3]


def test_a_skipped_race_moves_the_draft_that_has_not_opened(client, bob, league, alice, upcoming_draft):
    before = events(client, bob)[uid_of(upcoming_draft, "locks")]
    skip_race(league=league, race=upcoming_draft.race, by=alice, now=FOUNDED_AT)
    after = events(client, bob)[uid_of(upcoming_draft, "locks")]
    assert after.decoded("dtstart") > before.decoded("dtstart")
    assert int(after["sequence"]) > int(before["sequence"])
    assert after.decoded("last-modified") == FOUNDED_AT


def test_the_deadline_of_the_own_turn_is_there_while_it_runs(client, alice, bob, alices, open_draft):
    uid = f"turn-{open_draft.slots.get(number=1).pk}@testserver"
    deadline = events(client, alice)[uid]
    assert deadline.decoded("dtstart") == open_draft.turn_ends_at
    assert str(deadline["summary"]).startswith("Your pick is due: Alpine Friends")
    assert deadline.walk("VALARM")[0].decoded("trigger") == timedelta(minutes=-30)
    assert uid not in events(client, bob)
    pick(open_draft, alices, "driver_1", DRAFTING_AT)
    assert uid not in events(client, alice)


def test_an_extended_deadline_moves_with_a_higher_sequence(client, alice, open_draft):
    uid = f"turn-{open_draft.slots.get(number=1).pk}@testserver"
    before = events(client, alice)[uid]
    extend_turn(draft=open_draft, by=alice, minutes=60, now=DRAFTING_AT + MINUTE)
    after = events(client, alice)[uid]
    assert after.decoded("dtstart") > before.decoded("dtstart")
    assert int(after["sequence"]) > int(before["sequence"])


def test_an_alarm_rings_an_hour_before_the_lock(client, bob, open_draft):
    lock = events(client, bob)[uid_of(open_draft, "locks")]
    (alarm,) = lock.walk("VALARM")
    assert (str(alarm["action"]), alarm.decoded("trigger")) == ("DISPLAY", timedelta(hours=-1))
    assert str(alarm["description"]) == str(lock["summary"])


def test_a_session_without_a_time_takes_the_day(client, bob, open_draft, race):
    Race.objects.filter(pk=race.pk).update(starts_at=None)
    assert events(client, bob)[race_uid(race)].decoded("dtstart") == race.race_date


def test_the_feed_tells_programs_when_to_come_back(client, bob, open_draft):
    feed = Calendar.from_ical(client.get(feed_url(bob)).content)
    assert feed.decoded("refresh-interval") == timedelta(hours=1)
    assert str(feed["x-published-ttl"]) == "PT1H"
    assert feed.errors == []


@pytest.mark.parametrize("end", ["password", "everywhere", "inactive", "forged"])
def test_the_url_can_be_revoked(client, bob, open_draft, end):
    old = feed_url(bob)
    if end == "password":
        bob.set_password("another one 4711")
        bob.save()
    elif end == "everywhere":
        log_out_everywhere(user=bob, now=DRAFTING_AT)
    elif end == "inactive":
        bob.is_active = False
        bob.save()
    else:
        old = old.replace(".ics", "x.ics")
    assert client.get(old).status_code == 404


def test_the_number_of_queries_does_not_grow_with_races(client, bob, open_draft, django_assert_max_num_queries):
    assert Race.objects.count() == 3
    with django_assert_max_num_queries(5):
        client.get(feed_url(bob))


def test_my_leagues_and_the_api_contain_the_url(client, api, bob, open_draft):
    client.force_login(bob)
    page = client.get(reverse("pages:my_leagues")).content.decode()
    data = api(bob).get("/api/v1/drafts/calendar").json()["url"]
    assert data.endswith(".ics")
    assert client.get(data).status_code == 200
    assert data in page
    assert data in client.get(reverse("accounts:profile")).content.decode()


def test_visitors_have_no_calendar_url(api):
    assert api().get("/api/v1/drafts/calendar").status_code == 401
