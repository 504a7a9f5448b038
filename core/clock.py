"""The current time. Nothing else in the project reads the clock.

For rehearsals, `FANTASYF1_CLOCK=2025-07-03T12:00:00Z` starts the clock at that time; it then runs at normal speed. The
time at which it was started is kept in the environment, so that web, worker and beat agree.
"""

from datetime import UTC, datetime, timedelta
from functools import cache

from django.conf import settings
from django.utils import timezone


@cache
def _offset() -> timedelta:
    if settings.CLOCK_STARTS_AT is None:
        return timedelta(0)
    return settings.CLOCK_STARTS_AT - datetime.fromtimestamp(settings.CLOCK_STARTED_AT, tz=UTC)


def now() -> datetime:
    """The current time, aware and in UTC."""
    return timezone.now() + _offset()


def system_now() -> datetime:
    """The time of the machine, also in a rehearsal: for what other servers compare with their own clocks."""
    return timezone.now()
