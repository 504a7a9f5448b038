"""What quiet hours may be. Plain Python."""

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
