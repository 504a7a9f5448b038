"""The iCalendar feed of a player: its entries, who can read it, and when its URL stops working."""

from datetime import timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from accounts.services import calendar_token, log_out_everywhere
from leagues.services import leave_league
from races.models import Race
from tests.support.cast import DRAFTING_AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(at):
    at(DRAFTING_AT)


def feed_url(user):
    return reverse("drafts:calendar", args=[calendar_token(user)])


def titles(client, user):
    response = client.get(feed_url(user))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return [str(event["summary"]) for event in Calendar.from_ical(response.content).walk("VEVENT")]


def test_the_feed_contains_the_draft_and_the_race(client, bob, open_draft):
    about = f"{open_draft.league.name}, {open_draft.race.name}"
    assert titles(client, bob) == [f"Draft opens: {about}", f"Draft locks: {about}", open_draft.race.name]


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


def test_a_void_draft_is_removed(client, bob, open_draft):
    type(open_draft).objects.filter(pk=open_draft.pk).update(state="void")
    assert titles(client, bob) == []


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
    with django_assert_max_num_queries(3):
        client.get(feed_url(bob))


def test_my_leagues_and_the_api_contain_the_url(client, api, bob, open_draft):
    client.force_login(bob)
    page = client.get(reverse("pages:my_leagues")).content.decode()
    data = api(bob).get("/api/v1/drafts/calendar").json()["url"]
    assert data.endswith(".ics")
    assert client.get(data).status_code == 200
    assert data in page


def test_visitors_have_no_calendar_url(api):
    assert api().get("/api/v1/drafts/calendar").status_code == 401
