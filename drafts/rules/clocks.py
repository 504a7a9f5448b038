"""The clocks of a draft: quiet hours, how long a player has, and what a pause, an extension and an outage change.

Moments are aware datetimes. Waking time is time outside a player's quiet hours: only then does his clock run. See
docs/decisions/0007-clocks-that-always-finish.md and 0009 for why the numbers below are what they are.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate, takewhile
from math import ceil
from typing import Literal, NamedTuple, TypeGuard
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
NO_TIME = timedelta(0)

# What one player's clocks of a draft come to at most: his picks share it, so that nobody who is absent costs more.
LONGEST_IN_ALL = timedelta(hours=12)
# Less than this is no clock for somebody at work or at table: quiet hours give way before it comes to that.
LEAST_SHARE = timedelta(minutes=30)
# The clocks end this long before the lock: 22 slots, each claimed by a sweep that comes 5 seconds late.
MARGIN = timedelta(minutes=2)
# How long the server may be away before anybody is given time for it, and what he is given at least.
UNNOTICED = timedelta(seconds=30)
GRACE = timedelta(minutes=10)

Kind = Literal["adaptive", "fixed", "none"]

# -- quiet hours -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class QuietHours:
    """From `begins` to `ends` by the clock on the wall in `zone`, over midnight where it must; equal times are none."""

    zone: str
    begins: time
    ends: time


def waking_time(quiet: QuietHours | None, begins: datetime, ends: datetime) -> timedelta:
    """How much of the time from `begins` to `ends` is waking time.

    >>> berlin = QuietHours("Europe/Berlin", time(23), time(7))
    >>> monday = datetime(2026, 3, 9, 18, tzinfo=UTC)
    >>> str(waking_time(berlin, monday, monday + DAY)), str(waking_time(None, monday, monday + DAY))
    ('16:00:00', '1 day, 0:00:00')
    """
    if not _is_quiet(quiet):
        return max(ends - begins, NO_TIME)
    spans = takewhile(lambda span: span[0] < ends, _waking_spans(quiet, begins))
    return sum((min(asleep_at, ends) - awake_at for awake_at, asleep_at in spans), NO_TIME)


def after_waking(quiet: QuietHours | None, begins: datetime, duration: timedelta) -> datetime:
    """The first moment at which `duration` of waking time has passed since `begins`. Never inside quiet hours.

    (It may be the moment at which they begin; and no time at all has passed at once, whatever the hour.)

    >>> berlin = QuietHours("Europe/Berlin", time(23), time(7))
    >>> after_waking(berlin, datetime(2026, 3, 9, 21, tzinfo=UTC), timedelta(hours=3)).isoformat()
    '2026-03-10T08:00:00+00:00'
    """
    if duration <= NO_TIME or not _is_quiet(quiet):
        return begins + duration
    left = duration
    for awake_at, asleep_at in _waking_spans(quiet, begins):
        if asleep_at - awake_at >= left:
            return awake_at + left
        left -= asleep_at - awake_at
    raise AssertionError("waking spans never end")


def _is_quiet(quiet: QuietHours | None) -> TypeGuard[QuietHours]:
    return quiet is not None and quiet.begins != quiet.ends


def _waking_spans(quiet: QuietHours, begins: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Every stretch of waking time from `begins` on, in UTC, one after the other and without end."""
    awake_at = begins.astimezone(UTC)
    day = begins.astimezone(ZoneInfo(quiet.zone)).date() - DAY
    while True:
        asleep_at, wakes_at = _night(quiet, day)
        if asleep_at > awake_at:
            yield awake_at, asleep_at
        # In the hour that a change of the clock leaves out, one night may begin before the last has ended.
        awake_at = max(awake_at, wakes_at)
        day += DAY


@lru_cache(maxsize=2**14)
def _night(quiet: QuietHours, day: date) -> tuple[datetime, datetime]:
    """The quiet hours that begin on `day` in their own zone, in UTC; empty where a change of the clock skips them."""
    zone = ZoneInfo(quiet.zone)
    last_day = day if quiet.begins < quiet.ends else day + DAY
    asleep_at = datetime.combine(day, quiet.begins, tzinfo=zone).astimezone(UTC)
    wakes_at = datetime.combine(last_day, quiet.ends, tzinfo=zone).astimezone(UTC)
    return asleep_at, max(asleep_at, wakes_at)


# -- deadlines -------------------------------------------------------------------------------------------------------


def longest_share(picks: int) -> timedelta:
    """The longest that an adaptive clock may show where every player has so many picks in a draft.

    >>> str(longest_share(2))
    '6:00:00'
    """
    return LONGEST_IN_ALL / picks


class Share(NamedTuple):
    """How long every open slot has, and whether that is waking time or, where it is scarce, plain time."""

    time: timedelta
    spares_quiet_hours: bool


def deadline(
    *,
    kind: Kind,
    seconds: int | None,
    now: datetime,
    locks_at: datetime,
    players: Sequence[QuietHours | None],
    longest: timedelta,
) -> datetime | None:
    """When the clock of the slot on turn runs out (the game's rules, Draft: clock). Never after the lock.

    `players` are the quiet hours of those who hold the open slots, in the order of the slots: the first is on the
    clock. None: the lock alone ends the turn. `seconds` is the league's time per pick where the clock is fixed, and
    `longest` (`longest_share`) bounds an adaptive one.

    >>> monday = datetime(2026, 3, 9, 12, tzinfo=UTC)
    >>> week = {"now": monday, "locks_at": monday + 5 * DAY, "seconds": 90, "longest": longest_share(2)}
    >>> str(deadline(kind="adaptive", players=[None] * 20, **week) - monday)  # 5 days less 2 minutes, shared by 20
    '5:59:54'
    >>> str(deadline(kind="adaptive", players=[None], **week) - monday)
    '6:00:00'
    >>> str(deadline(kind="fixed", players=[None] * 20, **week) - monday)
    '0:01:30'
    >>> deadline(kind="none", players=[None] * 20, **week)
    """
    if kind == "none" or not players:
        return None
    if kind == "fixed":
        assert seconds is not None, "a fixed clock has its seconds"
        return min(after_waking(players[0], now, timedelta(seconds=seconds)), locks_at)
    share = fair_share(now=now, locks_at=locks_at, players=players, longest=longest)
    quiet = players[0] if share.spares_quiet_hours else None
    return min(after_waking(quiet, now, share.time), locks_at)


def fair_share(*, now: datetime, locks_at: datetime, players: Sequence[QuietHours | None], longest: timedelta) -> Share:
    """What every open slot may use, so that all of them in turn end before the lock; at most `longest`.

    It is the largest number of whole seconds for which the slots fit one after the other when each uses that much of
    its own player's waking time. Where that would be less than `LEAST_SHARE`, quiet hours give way: the plain time is
    shared. A share never shrinks while everybody stays within it, and it grows with every pick made early; but where
    quiet hours had given way and can be spared again, they are, though that leaves less.

    >>> lock = datetime(2026, 3, 14, 12, 2, tzinfo=UTC)
    >>> night = QuietHours("UTC", time(20), time(8))
    >>> [str(share) for share in fair_share(now=lock - 2 * DAY, locks_at=lock, players=[night] * 4, longest=DAY)]
    ['5:59:30', 'True']
    >>> [str(share) for share in fair_share(now=lock - DAY / 2, locks_at=lock, players=[night] * 22, longest=DAY)]
    ['0:32:38', 'False']
    """
    # Whole seconds, rounded to the cautious side.
    begins, ends = ceil(now.timestamp()), int((locks_at - MARGIN).timestamp())
    plain = min(int(longest.total_seconds()), (ends - begins) // len(players))
    if plain <= 0:
        return Share(NO_TIME, spares_quiet_hours=False)
    table = {quiet: _Waking(quiet, begins, ends) for quiet in set(players)}
    line = [table[quiet] for quiet in players]
    if _fits(line, plain, begins, ends):
        return Share(timedelta(seconds=plain), spares_quiet_hours=True)
    least = int(LEAST_SHARE.total_seconds())
    if not _fits(line, least, begins, ends):
        return Share(timedelta(seconds=plain), spares_quiet_hours=False)
    return Share(timedelta(seconds=_largest_fit(line, begins, ends, least, plain)), spares_quiet_hours=True)


class _Waking:
    """One player's waking time between two moments, in whole seconds of Unix time, for the search of a share."""

    def __init__(self, quiet: QuietHours | None, begins: int, ends: int) -> None:
        self.ends = ends
        spans = [(begins, ends)]
        if _is_quiet(quiet):
            stretches = _waking_spans(quiet, datetime.fromtimestamp(begins, UTC))
            seconds = ((int(awake.timestamp()), int(asleep.timestamp())) for awake, asleep in stretches)
            spans = list(takewhile(lambda span: span[0] < ends, seconds))
        self.starts = [start for start, _end in spans]
        # How much waking time there was before each span and, as the last one, in all.
        self.before = list(accumulate((end - start for start, end in spans), initial=0))

    def after(self, moment: int, seconds: int) -> int:
        """When `seconds` (one at least) of waking time have passed since `moment`; past the end if they do not fit."""
        at = bisect_right(self.starts, moment) - 1
        used = min(self.before[at] + moment - self.starts[at], self.before[at + 1]) if at >= 0 else 0
        goal = used + seconds
        if goal > self.before[-1]:
            return self.ends + 1
        span = bisect_left(self.before, goal) - 1
        return self.starts[span] + goal - self.before[span]


def _fits(line: Sequence[_Waking], seconds: int, begins: int, ends: int) -> bool:
    """Whether all who stand in line, each using `seconds` of his waking time in turn, are done when it `ends`."""
    moment = begins
    for player in line:
        moment = player.after(moment, seconds)
        if moment > ends:
            return False
    return True


def _largest_fit(line: Sequence[_Waking], begins: int, ends: int, fits: int, fails: int) -> int:
    """The largest number of seconds between one that fits and one that fails which still fits."""
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if _fits(line, middle, begins, ends):
            fits = middle
        else:
            fails = middle
    return fits


# -- pauses, extensions, outages -------------------------------------------------------------------------------------


def resumed(
    before: datetime, *, paused_at: datetime, now: datetime, quiet: QuietHours | None, fresh: datetime
) -> datetime:
    """The deadline after a pause: the waking time that had been left when the clock stopped, counted from `now`.

    `fresh` is the deadline that the slot would be given now (`deadline`): a clock that stood for long gets no more
    than that, so that enough is left for the others.

    >>> ten = datetime(2026, 3, 9, 10, tzinfo=UTC)
    >>> one, two = timedelta(hours=1), timedelta(hours=2)
    >>> (resumed(ten + two, paused_at=ten, now=ten + one, quiet=None, fresh=ten + DAY) - ten) / one
    3.0
    """
    return min(after_waking(quiet, now, _left(quiet, paused_at, before)), fresh)


def after_downtime(
    before: datetime, *, last_seen: datetime, now: datetime, quiet: QuietHours | None, fresh: datetime
) -> datetime:
    """The deadline after the server was away from `last_seen` to `now`: nobody could pick, so the clock stood still.

    As after a pause, but who had been left with seconds has at least `GRACE` to find back into the room, and an
    absence of up to `UNNOTICED` changes nothing. Once for every absence: a second call would give the time again.

    >>> ten = datetime(2026, 3, 9, 10, tzinfo=UTC)
    >>> minute, hour = timedelta(minutes=1), timedelta(hours=1)
    >>> (after_downtime(ten + minute, last_seen=ten, now=ten + hour, quiet=None, fresh=ten + DAY) - ten) / minute
    70.0
    """
    if now - last_seen <= UNNOTICED:
        return before
    return min(after_waking(quiet, now, max(_left(quiet, last_seen, before), GRACE)), fresh)


def extended(
    before: datetime,
    *,
    by: timedelta,
    quiet: QuietHours | None,
    locks_at: datetime,
    open_slots: int,
    seconds: int | None = None,
) -> datetime:
    """The deadline with `by` more of the player's waking time, as far as the others' clocks allow.

    Every other open slot keeps `LEAST_SHARE`, or `seconds` where the league's fixed clock is shorter. Where not even
    that is left, the deadline stays as it was.

    >>> ten, hour = datetime(2026, 3, 9, 10, tzinfo=UTC), timedelta(hours=1)
    >>> lock = ten + 12 * hour + MARGIN
    >>> (extended(ten + hour, by=2 * hour, quiet=None, locks_at=lock, open_slots=5) - ten) / hour
    3.0
    >>> (extended(ten + hour, by=20 * hour, quiet=None, locks_at=lock, open_slots=5) - ten) / hour
    10.0
    """
    each = LEAST_SHARE if seconds is None else min(LEAST_SHARE, timedelta(seconds=seconds))
    latest = locks_at - MARGIN - (open_slots - 1) * each
    return max(before, min(after_waking(quiet, before, by), latest))


def _left(quiet: QuietHours | None, since: datetime, before: datetime) -> timedelta:
    """The time that was left on a clock; in plain time where its quiet hours had given way and all of it is in them."""
    return waking_time(quiet, since, before) or max(before - since, NO_TIME)
