"""Downloads: CSV tables and iCalendar feeds. Names in them are untrusted input."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from icalendar import Calendar, Event, vText

# The characters that make a spreadsheet treat a cell as a formula (OWASP, "CSV Injection").
FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def to_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV table with CRLF line endings and a byte order mark, without which spreadsheets misread umlauts.

    Text that a spreadsheet would treat as a formula gets a leading apostrophe; numbers stay as they are.
    """
    output = io.StringIO()
    csv.writer(output).writerows([[_escape_formula(value) for value in row] for row in rows])
    return output.getvalue().encode("utf-8-sig")


def _escape_formula(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA_PREFIXES) else value


@dataclass(frozen=True)
class CalendarEvent:
    """A calendar event; with `lasts` zero it is a point in time. `uid` stays the same when the event is moved."""

    uid: str
    title: str
    starts_at: datetime
    lasts: timedelta = timedelta()
    description: str = ""
    url: str = ""


def to_icalendar(name: str, dates: Iterable[CalendarEvent], *, now: datetime) -> bytes:
    """The events as an iCalendar feed (RFC 5545), in UTC, that clients refresh every hour."""
    calendar = Calendar()
    calendar.add("prodid", "-//Fantasy F1//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(name))
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for date in dates:
        calendar.add_component(_event(date, now))
    body: bytes = calendar.to_ical()
    return body


def _event(date: CalendarEvent, now: datetime) -> Event:
    event = Event()
    event.add("uid", date.uid)
    event.add("dtstamp", now)
    event.add("dtstart", date.starts_at)
    if date.lasts:
        event.add("duration", date.lasts)
    event.add("summary", date.title)
    if date.description:
        event.add("description", date.description)
    if date.url:
        event.add("url", date.url)
    return event


def attachment_response(body: bytes, content_type: str, name: str) -> HttpResponse:
    """A response that the browser saves as a file with this name."""
    response = HttpResponse(body, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
