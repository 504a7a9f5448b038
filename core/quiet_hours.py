"""Quiet hours: the part of each day in which a person is not disturbed and their pick clock stands still.

Datetimes are aware. Waking time is the time outside quiet hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import TypeGuard
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
NO_TIME = timedelta(0)


@dataclass(frozen=True)
class QuietHours:
    """From `begins` to `ends`, local time in `zone`; may cross midnight. Equal times mean no quiet hours."""

    zone: str
    begins: time
    ends: time


def time_outside_quiet_hours(quiet: QuietHours | None, begins: datetime, ends: datetime) -> timedelta:
    """Return how much of the time from `begins` to `ends` is waking time.

    >>> berlin = QuietHours("Europe/Berlin", time(23), time(7))
    >>> monday = datetime(2026, 3, 9, 18, tzinfo=UTC)
    >>> str(time_outside_quiet_hours(berlin, monday, monday + DAY))
    '16:00:00'
    >>> str(time_outside_quiet_hours(None, monday, monday + DAY))
    '1 day, 0:00:00'
    """
    if not is_quiet(quiet):
        return max(ends - begins, NO_TIME)
    spans = takewhile(lambda span: span[0] < ends, waking_spans(quiet, begins))
    return sum((min(asleep_at, ends) - awake_at for awake_at, asleep_at in spans), NO_TIME)


def add_outside_quiet_hours(quiet: QuietHours | None, begins: datetime, duration: timedelta) -> datetime:
    """Return when `duration` of waking time has passed since `begins`. Never inside quiet hours.

    The result may be the moment at which quiet hours begin. A duration of zero returns `begins`, even in quiet hours.

    >>> berlin = QuietHours("Europe/Berlin", time(23), time(7))
    >>> add_outside_quiet_hours(berlin, datetime(2026, 3, 9, 21, tzinfo=UTC), timedelta(hours=3)).isoformat()
    '2026-03-10T08:00:00+00:00'
    """
    if duration <= NO_TIME or not is_quiet(quiet):
        return begins + duration
    left = duration
    for awake_at, asleep_at in waking_spans(quiet, begins):
        if asleep_at - awake_at >= left:
            return awake_at + left
        left -= asleep_at - awake_at
    raise AssertionError("waking spans never end")


def end_of_quiet_hours(quiet: QuietHours | None, now: datetime) -> datetime | None:
    """Return when the quiet hours that contain `now` end; None if it is waking time.

    >>> berlin = QuietHours("Europe/Berlin", time(23), time(7))
    >>> end_of_quiet_hours(berlin, datetime(2026, 3, 9, 22, 30, tzinfo=UTC)).isoformat()
    '2026-03-10T06:00:00+00:00'
    >>> end_of_quiet_hours(berlin, datetime(2026, 3, 9, 12, tzinfo=UTC))
    """
    if not is_quiet(quiet):
        return None
    awake_at, _ = next(waking_spans(quiet, now))
    return awake_at if awake_at > now else None


def is_quiet(quiet: QuietHours | None) -> TypeGuard[QuietHours]:
    return quiet is not None and quiet.begins != quiet.ends


def waking_spans(quiet: QuietHours, begins: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans of waking time from `begins` on, in UTC, without end."""
    awake_at = begins.astimezone(UTC)
    day = begins.astimezone(ZoneInfo(quiet.zone)).date() - DAY
    while True:
        asleep_at, wakes_at = _night(quiet, day)
        if asleep_at > awake_at:
            yield awake_at, asleep_at
        # When daylight saving time skips an hour, a night may begin before the previous one has ended.
        awake_at = max(awake_at, wakes_at)
        day += DAY


@lru_cache(maxsize=2**14)
def _night(quiet: QuietHours, day: date) -> tuple[datetime, datetime]:
    """Return the quiet hours that begin on `day` in their own zone, in UTC; empty if a clock change skips them."""
    zone = ZoneInfo(quiet.zone)
    last_day = day if quiet.begins < quiet.ends else day + DAY
    asleep_at = datetime.combine(day, quiet.begins, tzinfo=zone).astimezone(UTC)
    wakes_at = datetime.combine(last_day, quiet.ends, tzinfo=zone).astimezone(UTC)
    return asleep_at, max(asleep_at, wakes_at)
