"""Files that other programs open: tables as CSV, dates as iCalendar. Names in them may be anybody's invention."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from icalendar import Calendar, Event, vText

# What makes a spreadsheet take a cell for a formula, or skip to one (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_csv(rows: Iterable[Sequence[object]]) -> bytes:
    """A table with CRLF and a byte order mark, without which spreadsheets misread umlauts.

    A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay as they are.
    """
    written = io.StringIO()
    csv.writer(written).writerows([[_cell(value) for value in row] for row in rows])
    return written.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA) else value


@dataclass(frozen=True)
class Date:
    """An entry of a calendar: a moment, or so long. `uid` stays the same when it moves."""

    uid: str
    title: str
    starts_at: datetime
    lasts: timedelta = timedelta()
    description: str = ""
    url: str = ""


def as_calendar(name: str, dates: Iterable[Date], *, now: datetime) -> bytes:
    """The dates as iCalendar (RFC 5545), in UTC, to be asked for again every hour."""
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


def _event(date: Date, now: datetime) -> Event:
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


def file_answer(body: bytes, content_type: str, name: str) -> HttpResponse:
    """To be kept as a file under this name."""
    answer = HttpResponse(body, content_type=content_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
