"""Downloads: CSV tables and iCalendar feeds. Names in them are untrusted input."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.http import HttpResponse
from icalendar import Alarm, Calendar, Event, vDuration, vText

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
    """A calendar event.

    With `lasts` zero it is a point in time; if `starts_at` is a date, it takes the whole day. `uid` stays the same when
    the event is moved or cancelled, which happened last at `changed_at`. An event that is not certain is tentative.
    Calendar programs show the alarm this long before the start.
    """

    uid: str
    title: str
    starts_at: datetime | date
    lasts: timedelta = timedelta()
    description: str = ""
    url: str = ""
    changed_at: datetime | None = None
    is_cancelled: bool = False
    is_tentative: bool = False
    alarm: timedelta | None = None


# Calendar programs fetch the feed again after this time.
REFRESH_INTERVAL = timedelta(hours=1)
# SEQUENCE counts the seconds from here to the last change: it rises with each, and needs no counter.
SEQUENCE_BEGINS_AT = datetime(2020, 1, 1, tzinfo=UTC)


def to_icalendar(name: str, dates: Iterable[CalendarEvent], *, now: datetime) -> bytes:
    """The events as an iCalendar feed (RFC 5545), in UTC, that clients refresh every hour.

    The stamp of an event that never changed is `now`.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Fantasy F1//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", vText(name))
    calendar.add("x-wr-calname", vText(name))
    calendar.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH_INTERVAL))
    for event in dates:
        calendar.add_component(_event(event, now))
    body: bytes = calendar.to_ical()
    return body


def _event(date: CalendarEvent, now: datetime) -> Event:
    event = Event()
    event.add("uid", date.uid)
    event.add("dtstamp", date.changed_at or now)
    event.add("sequence", _sequence(date.changed_at))
    event.add("dtstart", date.starts_at)
    if date.changed_at:
        event.add("last-modified", date.changed_at)
    if date.lasts:
        event.add("duration", date.lasts)
    event.add("status", "CANCELLED" if date.is_cancelled else "TENTATIVE" if date.is_tentative else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("summary", date.title)
    if date.description:
        event.add("description", date.description)
    if date.url:
        event.add("url", date.url)
    if date.alarm is not None and not date.is_cancelled:
        event.add_component(_alarm(date.title, date.alarm))
    return event


def _sequence(changed_at: datetime | None) -> int:
    return max(int((changed_at - SEQUENCE_BEGINS_AT).total_seconds()), 0) if changed_at else 0


def _alarm(title: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -before)
    return alarm


def attachment_response(body: bytes, content_type: str, name: str) -> HttpResponse:
    """A response that the browser saves as a file with this name."""
    response = HttpResponse(body, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
