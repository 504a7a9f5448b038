"""The rules of a draft as sentences for players."""

from datetime import timedelta

from core.formatting.datetimes import format_duration
from core.translation import gettext as _

from .clocks import ClockKind, max_share


def clock_sentence(*, kind: ClockKind, seconds: int, picks: int, autopicks: bool) -> str:
    """The pick clock in words: how long a pick may take, and what happens then.

    >>> clock_sentence(kind="fixed", seconds=5400, picks=2, autopicks=True).partition(". ")[0]
    'You have 1 hour 30 minutes for each pick'
    >>> clock_sentence(kind="adaptive", seconds=0, picks=2, autopicks=False).partition(". ")[0]
    'You share the time until the lock: at most 6 hours for each pick, and your quiet hours do not count'
    """
    if kind == "none":
        limit = _("There is no clock: you pick in turn, and have until the lock.")
    elif kind == "fixed":
        limit = _("You have %(time)s for each pick.") % {"time": format_duration(timedelta(seconds=seconds))}
    else:
        limit = _(
            "You share the time until the lock: at most %(time)s for each pick, and your quiet hours do not count."
        )
        limit %= {"time": format_duration(max_share(picks))}
    return f"{limit} {timeout_sentence(autopicks=autopicks)}"


def timeout_sentence(*, autopicks: bool) -> str:
    """What happens when the time for a pick runs out.

    >>> timeout_sentence(autopicks=False)
    'If your time runs out, your turn passes, but you can still pick until the lock.'
    """
    if autopicks:
        return _("If your time runs out, you get the first available driver on your wish list, or the best one left.")
    return _("If your time runs out, your turn passes, but you can still pick until the lock.")


def lock_sentence(*, autopicks: bool) -> str:
    """What happens at the lock to a pick that is missing.

    >>> lock_sentence(autopicks=False)
    'If you have not picked by the lock, you get a driver only if one on your wish list is available.'
    """
    if autopicks:
        return _(
            "If you have not picked by the lock, you get the first available driver on your wish list, or the best one "
            "left."
        )
    return _("If you have not picked by the lock, you get a driver only if one on your wish list is available.")
