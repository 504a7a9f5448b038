"""What quiet hours may be, what people may be called, and what devices are. Plain Python."""

import re
from datetime import time, timedelta

from fantasyf1.kit.errors import Invalid

# Whoever slept longer would leave the others no share of the day.
LONGEST_QUIET = timedelta(hours=12)


def check_quiet_hours(begins: time | None, ends: time | None) -> None:
    """Refuse quiet hours of which one end is missing, or that are too long; equal times are none at all.

    >>> check_quiet_hours(time(22), time(7)), check_quiet_hours(None, None)
    (None, None)
    >>> check_quiet_hours(time(7), time(22))
    Traceback (most recent call last):
    fantasyf1.kit.errors.Invalid: Quiet hours may last 12 hours at most, and these last 15.
    """
    if begins is None and ends is None:
        return
    if begins is None or ends is None:
        missing = "quiet_from" if begins is None else "quiet_until"
        raise Invalid("Quiet hours have a beginning and an end, or neither.", field=missing)
    length = quiet_length(begins, ends)
    if length > LONGEST_QUIET:
        most, hours = LONGEST_QUIET // timedelta(hours=1), length / timedelta(hours=1)
        raise Invalid(f"Quiet hours may last {most} hours at most, and these last {hours:.3g}.", field="quiet_until")


def quiet_length(begins: time, ends: time) -> timedelta:
    """From one time on the wall to the next time that it shows the other.

    >>> str(quiet_length(time(22, 30), time(7)))
    '8:30:00'
    """
    return (_since_midnight(ends) - _since_midnight(begins)) % timedelta(days=1)


def _since_midnight(moment: time) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)


# Django's own rule allows “@”. Not here: a name that looks like somebody's e-mail address could sign in as him.
USERNAME = re.compile(r"[\w.+-]+")


def check_username(name: str) -> None:
    """Refuse a name that cannot be one.

    >>> check_username("max.33")
    >>> check_username("max@example.org")
    Traceback (most recent call last):
    fantasyf1.kit.errors.Invalid: A user name is made of letters, digits and the signs . + - _ only.
    """
    if not USERNAME.fullmatch(name):
        raise Invalid("A user name is made of letters, digits and the signs . + - _ only.", field="username")


# As they call themselves, the more particular first: every browser says that it is others too.
BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def device_name(says: str) -> str:
    """What a person calls what says this of itself; its own words where it is no browser that one knows.

    >>> device_name("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36")
    'Chrome on Linux'
    >>> device_name("Pit Wall 2.1"), device_name("")
    ('Pit Wall 2.1', '')
    """
    browser = next((name for mark, name in BROWSERS.items() if mark in says), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in says), "")
    return f"{browser} on {system}" if browser and system else says
