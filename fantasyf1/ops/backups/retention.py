"""Which backups are kept: the newest of each of the last days, weeks and months that have one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from fantasyf1.ops.backups.archives import checksum_path, complete_archives, created_at


def kept(times: Sequence[datetime], *, daily: int, weekly: int, monthly: int) -> set[datetime]:
    """The times of the backups that stay, the newest one in any case.

    >>> from datetime import timedelta
    >>> times = [datetime(2026, 3, 31) - timedelta(days=n) for n in range(100)]
    >>> [f"{time:%m-%d}" for time in sorted(kept(times, daily=2, weekly=3, monthly=2), reverse=True)]
    ['03-31', '03-30', '03-29', '03-22', '02-28']
    >>> kept(times, daily=0, weekly=0, monthly=0) == {times[0]}
    True
    """
    periods: list[tuple[int, Callable[[datetime], object]]] = [
        (daily, lambda time: time.date()),
        (weekly, lambda time: time.isocalendar()[:2]),
        (monthly, lambda time: (time.year, time.month)),
    ]
    newest_first = sorted(times, reverse=True)
    chosen = set(newest_first[:1])
    for count, period in periods:
        newest: dict[object, datetime] = {}
        for time in newest_first:
            newest.setdefault(period(time), time)
        chosen.update(list(newest.values())[:count])
    return chosen


def delete_old_archives(folder: Path, *, daily: int, weekly: int, monthly: int) -> list[str]:
    """Delete the backups that need not be kept; returns their names. Call it after a backup that succeeded."""
    by_path = {path: time for path in complete_archives(folder) if (time := created_at(path))}
    staying = kept(list(by_path.values()), daily=daily, weekly=weekly, monthly=monthly)
    old = [path for path, time in by_path.items() if time not in staying]
    for path in old:
        path.unlink()
        checksum_path(path).unlink(missing_ok=True)
    return [path.name for path in old]
