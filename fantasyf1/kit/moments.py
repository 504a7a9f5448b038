"""Formatting of dates, datetimes and durations. Datetimes are always shown with their time zone."""

from datetime import date, datetime, timedelta


def zone_name(moment: datetime) -> str:
    """The abbreviation of the datetime's time zone, or its UTC offset: many zones have no abbreviation.

    >>> from zoneinfo import ZoneInfo
    >>> zone_name(datetime(2025, 7, 5, tzinfo=ZoneInfo("Europe/Berlin")))
    'CEST'
    >>> zone_name(datetime(2025, 7, 5, tzinfo=ZoneInfo("America/Sao_Paulo")))
    'UTC-03'
    """
    name = moment.tzname() or ""
    return f"UTC{name}" if name.startswith(("+", "-")) else name


def day_text(day: date, *, year: bool = False) -> str:
    """Format a date.

    >>> day_text(date(2025, 7, 5)), day_text(date(2025, 7, 5), year=True)
    ('Sat 5 Jul', 'Sat 5 Jul 2025')
    """
    return f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if year else "")


def moment_text(moment: datetime, *, year: bool = False) -> str:
    """Format an aware datetime in its own time zone.

    >>> from datetime import UTC
    >>> moment_text(datetime(2025, 7, 5, 14, tzinfo=UTC))
    'Sat 5 Jul, 14:00 UTC'
    """
    return f"{day_text(moment.date(), year=year)}, {moment:%H:%M} {zone_name(moment)}"


def left_text(left: timedelta) -> str:
    """Format the time that is left, in at most two units.

    >>> left_text(timedelta(days=2, hours=3, minutes=59)), left_text(timedelta(hours=14, minutes=3))
    ('2 d 3 h', '14 h 3 min')
    >>> [left_text(timedelta(seconds=seconds)) for seconds in (200, 9, -1)]
    ['3 min', '9 s', 'now']
    """
    seconds = int(left.total_seconds())
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    if seconds <= 0:
        return "now"
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"
