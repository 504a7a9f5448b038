"""The months of a season as weeks of days, for the calendar."""

from calendar import Calendar
from collections.abc import Iterable, Iterator
from datetime import date

Week = list[date | None]


def months_between(days: Iterable[date]) -> Iterator[tuple[date, list[Week]]]:
    """Yield the months with any of these days: the first of the month, and its weeks from Monday on.

    Days of other months are None.

    >>> [(first, weeks)] = months_between([date(2025, 7, 6)])
    >>> first, len(weeks), weeks[0][:3]
    (datetime.date(2025, 7, 1), 5, [None, datetime.date(2025, 7, 1), datetime.date(2025, 7, 2)])
    """
    for year, month in sorted({(day.year, day.month) for day in days}):
        weeks = Calendar().monthdatescalendar(year, month)
        yield date(year, month, 1), [[day if day.month == month else None for day in week] for week in weeks]
