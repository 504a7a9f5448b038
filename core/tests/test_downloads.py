"""CSV and iCalendar downloads: untrusted names stay text in every program that opens the file."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from core.web.downloads import CalendarEvent, to_csv, to_icalendar

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
FORMULAS = ["=HYPERLINK(0)", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1", "＠1"]
NASTY = ["a\r\nBEGIN:VEVENT\r\nSUMMARY:x", "semi;colon, comma \\ and\nline", '"quoted"', "ü" * 200, "\u2028x"]


def lines(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_is_a_formula(name):
    assert lines(to_csv([[name]])) == [[f"'{name}"]]


@pytest.mark.parametrize("name", NASTY)
def test_a_name_stays_in_its_cell(name):
    assert lines(to_csv([[name, 1], ["next", 2]])) == [[name, "1"], ["next", "2"]]


def test_a_negative_number_is_a_number():
    assert lines(to_csv([[-5]])) == [["-5"]]


def calendar_of(name: str) -> Calendar:
    date = CalendarEvent("draft-1@x", name, NOW, timedelta(hours=2), name, "https://example.org/1")
    body = to_icalendar(name, [date, CalendarEvent("draft-2@x", "After", NOW)], now=NOW)
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    return Calendar.from_ical(body)


@pytest.mark.parametrize("name", [*FORMULAS, *NASTY])
def test_a_name_cannot_inject_a_calendar_entry(name):
    found = calendar_of(name)
    assert [str(event["uid"]) for event in found.walk("VEVENT")] == ["draft-1@x", "draft-2@x"]
    assert str(found.walk("VEVENT")[0]["summary"]) == name.replace("\r\n", "\n").replace("\r", "\n")


def test_only_events_with_a_duration_have_an_end():
    race, moment = calendar_of("x").walk("VEVENT")
    assert (race.decoded("dtstart"), race.decoded("duration")) == (NOW, timedelta(hours=2))
    assert "dtend" not in moment
    assert "duration" not in moment
