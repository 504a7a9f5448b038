"""When a draft opens and when it locks."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
OPENING_TIME = time(8, tzinfo=NEW_YORK)
MIN_WINDOW = timedelta(hours=24)


def opens_at(locks_at: datetime) -> datetime:
    """Return the last Monday 08:00 in New York at least 24 hours before the lock, in UTC (the game's rules, Draft).

    >>> opens_at(datetime(2025, 3, 15, 4, 55, tzinfo=UTC)).isoformat()  # just after New York's clock change
    '2025-03-10T12:00:00+00:00'
    >>> opens_at(datetime(2025, 3, 8, 4, 55, tzinfo=UTC)).isoformat()
    '2025-03-03T13:00:00+00:00'
    >>> opens_at(datetime(2025, 3, 11, 11, 59, tzinfo=UTC)).isoformat()  # a minute short of 24 hours: a week earlier
    '2025-03-03T13:00:00+00:00'
    """
    latest = locks_at.astimezone(UTC) - MIN_WINDOW
    today = latest.astimezone(NEW_YORK).date()
    monday = datetime.combine(today - timedelta(days=today.weekday()), OPENING_TIME)
    # Subtracting days keeps the local hour, and Monday 08:00 exists in New York in every week of the year.
    return (monday if monday <= latest else monday - timedelta(days=7)).astimezone(UTC)


class LockTime(NamedTuple):
    """When a draft locks; provisional while the session that it depends on has no time yet."""

    at: datetime
    is_provisional: bool


def lock_time(
    *, sessions: Mapping[str, datetime | None], race_starts_at: datetime, minutes: int, at_qualifying: bool
) -> LockTime:
    """Lock `minutes` before the first competitive session (the game's rules, Draft: locks).

    The first competitive session is sprint qualifying if the weekend has one, unless the league always locks
    `at_qualifying`; otherwise qualifying. `sessions` maps the kinds of the weekend's sessions to their start times,
    None while the timetable is not published.

    While that session has no time, the lock is provisional: 24 hours before the race, or before the first later
    session that has a time. Sprint qualifying is on the day before the sprint, so a sprint weekend where only the
    sprint has a time never locks too late.

    >>> saturday, sunday = datetime(2025, 3, 22, 7, tzinfo=UTC), datetime(2025, 3, 23, 7, tzinfo=UTC)
    >>> weekend = {"qualifying": saturday}
    >>> lock_time(sessions=weekend, race_starts_at=sunday, minutes=5, at_qualifying=False).at.isoformat()
    '2025-03-22T06:55:00+00:00'
    >>> weekend = {"sprint_qualifying": None, "sprint": None, "qualifying": None}
    >>> lock_time(sessions=weekend, race_starts_at=sunday, minutes=5, at_qualifying=False) == LockTime(saturday, True)
    True
    """
    deciding = "qualifying" if at_qualifying or "sprint_qualifying" not in sessions else "sprint_qualifying"
    if start := sessions.get(deciding):
        return LockTime(start - timedelta(minutes=minutes), is_provisional=False)
    later = ("sprint", "qualifying") if deciding == "sprint_qualifying" else ()
    starts = [start for kind in later if (start := sessions.get(kind))]
    return LockTime(min([*starts, race_starts_at]) - MIN_WINDOW, is_provisional=True)
