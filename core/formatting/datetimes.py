"""Formatting of dates, datetimes and durations. Datetimes are always shown with their time zone."""

from datetime import date, datetime, timedelta

from core.translation import gettext as _
from core.translation import ngettext


def time_zone_name(moment: datetime) -> str:
    """The abbreviation of the datetime's time zone, or its UTC offset: many zones have no abbreviation.

    >>> from zoneinfo import ZoneInfo
    >>> time_zone_name(datetime(2025, 7, 5, tzinfo=ZoneInfo("Europe/Berlin")))
    'CEST'
    >>> time_zone_name(datetime(2025, 7, 5, tzinfo=ZoneInfo("America/Sao_Paulo")))
    'UTC-03'
    """
    name = moment.tzname() or ""
    translated = {"CET": _("CET"), "CEST": _("CEST")}
    return f"UTC{name}" if name.startswith(("+", "-")) else translated.get(name, name)


def format_date(day: date, *, year: bool = False) -> str:
    """Format a date.

    >>> format_date(date(2025, 7, 5)), format_date(date(2025, 7, 5), year=True)
    ('Sat 5 Jul', 'Sat 5 Jul 2025')
    """
    weekdays = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    months = (
        _("Jan"), _("Feb"), _("Mar"), _("Apr"), _("May"), _("Jun"),
        _("Jul"), _("Aug"), _("Sep"), _("Oct"), _("Nov"), _("Dec"),
    )  # fmt: skip
    parts = {"weekday": weekdays[day.weekday()], "day": day.day, "month": months[day.month - 1], "year": day.year}
    if year:
        return _("%(weekday)s %(day)s %(month)s %(year)s") % parts
    return _("%(weekday)s %(day)s %(month)s") % parts


def format_datetime(moment: datetime, *, year: bool = False) -> str:
    """Format an aware datetime in its own time zone.

    >>> from datetime import UTC
    >>> format_datetime(datetime(2025, 7, 5, 14, tzinfo=UTC))
    'Sat 5 Jul, 14:00 UTC'
    """
    return f"{format_date(moment.date(), year=year)}, {moment:%H:%M} {time_zone_name(moment)}"


def format_time_left(left: timedelta) -> str:
    """Format the time that is left, in at most two units.

    >>> format_time_left(timedelta(days=2, hours=3, minutes=59)), format_time_left(timedelta(hours=14, minutes=3))
    ('2 d 3 h', '14 h 3 min')
    >>> [format_time_left(timedelta(seconds=seconds)) for seconds in (200, 9, -1)]
    ['3 min', '9 s', 'now']
    """
    seconds = int(left.total_seconds())
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    if seconds <= 0:
        return _("now")
    if days:
        return _("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("%(seconds)s s") % {"seconds": seconds}


def format_duration(duration: timedelta) -> str:
    """Format a duration in words, exact to the second.

    >>> format_duration(timedelta(hours=4)), format_duration(timedelta(seconds=5430))
    ('4 hours', '1 hour 30 minutes 30 seconds')
    >>> format_duration(timedelta(days=1)), format_duration(timedelta())
    ('1 day', '0 seconds')
    """
    days, (hours, rest) = duration.days, divmod(duration.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    words = [
        (days, ngettext("%(count)s day", "%(count)s days", days)),
        (hours, ngettext("%(count)s hour", "%(count)s hours", hours)),
        (minutes, ngettext("%(count)s minute", "%(count)s minutes", minutes)),
        (seconds, ngettext("%(count)s second", "%(count)s seconds", seconds)),
    ]
    parts = [text % {"count": count} for count, text in words if count]
    return " ".join(parts) or words[-1][1] % {"count": 0}
