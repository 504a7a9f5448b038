"""The iCalendar feed of a season: its sessions, what happens when they move, and its ETag."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from races.models import Race
from races.services import record_season, set_race_state
from races.tests.test_calendar import NOW, race_dto, record, season_dto

pytestmark = pytest.mark.django_db

FEED = "/races/2025/calendar.ics"


def events(client):
    """The events of the feed, by UID."""
    response = client.get(FEED)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    found = Calendar.from_ical(response.content).walk("VEVENT")
    return {str(event["uid"]): event for event in found}


def moved_race(number, by):
    """The race with its session at another time."""
    race = race_dto(number)
    qualifying = replace(race.sessions[0], starts_at=race.sessions[0].starts_at + by)
    return replace(race, starts_at=race.starts_at + by, sessions=(qualifying,))


def uid(number, part=""):
    return f"race-{Race.objects.get(round=number).pk}{part}@testserver"


def test_the_feed_has_all_sessions_of_the_season_for_everybody(client):
    record()
    found = events(client)
    assert len(found) == 10
    qualifying = found[uid(3, "-qualifying")]
    assert (str(qualifying["summary"]), qualifying.decoded("duration")) == (
        "Qualifying: Grand Prix 3",
        timedelta(hours=1),
    )
    assert found[uid(3)].decoded("dtstart") == race_dto(3).starts_at


def test_a_session_that_moves_keeps_its_uid_and_raises_its_sequence(client):
    record()
    sequences = [int(events(client)[uid(3, "-qualifying")]["sequence"])]
    for hours in (1, 2, 3):
        others = [race_dto(number) for number in (1, 2, 4, 5)]
        by = timedelta(hours=hours % 2)
        record_season(dto=season_dto(*others, moved_race(3, by)), now=NOW + timedelta(days=hours))
        event = events(client)[uid(3, "-qualifying")]
        assert event.decoded("dtstart") - by == race_dto(3).sessions[0].starts_at
        assert event.decoded("last-modified") == NOW + timedelta(days=hours)
        sequences.append(int(event["sequence"]))
    assert sequences == sorted(set(sequences))
    assert int(events(client)[uid(1)]["sequence"]) < sequences[1]


def test_a_cancelled_race_stays_as_cancelled_and_can_return(client):
    race = record().races.get(round=2)
    for state, status in ((Race.State.CANCELLED, "CANCELLED"), (Race.State.SCHEDULED, "CONFIRMED")):
        set_race_state(race=race, state=state, now=NOW)
        assert {str(events(client)[uid(2, part)]["status"]) for part in ("", "-qualifying")} == {status}


def test_a_race_without_a_time_takes_the_day(client):
    record(replace(race_dto(1), starts_at=None), *(race_dto(number) for number in (2, 3, 4, 5)))
    race = events(client)[uid(1)]
    assert race.decoded("dtstart") == race_dto(1).date
    assert "duration" not in race


def test_an_unchanged_feed_is_not_sent_again(client):
    race = record().races.get(round=2)
    first = client.get(FEED)
    assert client.get(FEED, headers={"If-None-Match": first["ETag"]}).status_code == 304
    set_race_state(race=race, state=Race.State.CANCELLED, now=NOW)
    again = client.get(FEED, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (200, "public, max-age=3600")


def test_a_name_cannot_break_the_feed(client):
    race = record().races.get(round=2)
    Race.objects.filter(pk=race.pk).update(name="A; B, C\\ \nEND:VEVENT\r\n" + "é" * 70)
    assert len(events(client)) == 10


@pytest.mark.parametrize("year", [1999, 99999999999999999999])
def test_a_season_that_does_not_exist_has_no_feed(client, year):
    record()
    assert client.get(f"/races/{year}/calendar.ics").status_code == 404


def test_the_calendar_page_links_to_the_feed(client):
    record()
    assert f'href="{FEED}?lang=en-gb"' in client.get(reverse("races:calendar"), {"season": 2025}).content.decode()
