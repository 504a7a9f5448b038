"""Validation of quiet hours, user names and display names. Plain Python."""

import re
import unicodedata
from datetime import time, timedelta

from core.confusables import mixes_scripts
from core.errors import Invalid
from core.translation import gettext as _
from core.validators import check_visible

# Longer quiet hours would leave the other players too little of the day.
MAX_QUIET_LENGTH = timedelta(hours=12)


def check_quiet_hours(begins: time | None, ends: time | None) -> None:
    """Raise `Invalid` where only one end is given, or for more than 12 hours. Two equal times mean no quiet hours.

    >>> check_quiet_hours(time(22), time(7)), check_quiet_hours(None, None)
    (None, None)
    >>> check_quiet_hours(time(7), time(22))
    Traceback (most recent call last):
    core.errors.Invalid: Quiet hours can last at most 12 hours, but these last 15 hours.
    """
    if begins is None and ends is None:
        return
    if begins is None or ends is None:
        missing = "quiet_from" if begins is None else "quiet_until"
        raise Invalid(_("Set both the start and the end of your quiet hours, or neither."), field=missing)
    length = quiet_length(begins, ends)
    if length > MAX_QUIET_LENGTH:
        most, hours = MAX_QUIET_LENGTH // timedelta(hours=1), f"{length / timedelta(hours=1):.3g}"
        sentence = _("Quiet hours can last at most %(most)s hours, but these last %(hours)s hours.")
        raise Invalid(sentence % {"most": most, "hours": hours}, field="quiet_until")


def quiet_length(begins: time, ends: time) -> timedelta:
    """The time from `begins` to the next `ends`, on the wall clock.

    >>> str(quiet_length(time(22, 30), time(7)))
    '8:30:00'
    """
    return (_since_midnight(ends) - _since_midnight(begins)) % timedelta(days=1)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)


# Unlike Django's validator, no “@”: a user name that equals another user's e-mail address could sign in as them.
USERNAME_PATTERN = re.compile(r"[\w.+-]+")


def check_username(name: str) -> None:
    r"""Raise `Invalid` for a user name that mixes scripts, shows nothing, or has characters that are not allowed.

    >>> check_username("max.33")
    >>> check_username("max@example.org")
    Traceback (most recent call last):
    core.errors.Invalid: A user name can contain only letters, digits and the characters . + - _
    >>> check_username("m\u0430x")
    Traceback (most recent call last):
    core.errors.Invalid: A name cannot mix the letters of different scripts, such as Latin and Cyrillic ones.
    """
    if not USERNAME_PATTERN.fullmatch(name):
        raise Invalid(_("A user name can contain only letters, digits and the characters . + - _"), field="username")
    check_visible(name, field="username")
    if mixes_scripts(name):
        raise Invalid(_mixed(), field="username")


def check_display_name(name: str) -> None:
    """Raise `Invalid` for a display name in which a word mixes scripts. Each word can have its own: “Иван (Ivan)”."""
    # Marks are no word characters, and belong to the letter before them.
    letters = "".join(character for character in name if not unicodedata.category(character).startswith("M"))
    if any(mixes_scripts(word) for word in re.split(r"\W", letters)):
        raise Invalid(_mixed(), field="display_name")


def _mixed() -> str:
    return _("A name cannot mix the letters of different scripts, such as Latin and Cyrillic ones.")
