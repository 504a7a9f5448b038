"""The pick clock: deadlines, and how a pause, an extension or downtime changes a deadline.

Datetimes are aware. Waking time is the time outside a player's quiet hours (`core.quiet_hours`); the clock runs only
then. The reasons for the numbers below are in docs/decisions/0007-adaptive-pick-clock.md and 0009.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, takewhile
from math import ceil
from typing import Literal, NamedTuple

from core.quiet_hours import (
    NO_TIME,
    QuietHours,
    add_outside_quiet_hours,
    is_quiet,
    time_outside_quiet_hours,
    waking_spans,
)

# The most that all picks of one player in a draft may take together, so that an absent player costs no more than this.
MAX_TIME_PER_PLAYER = timedelta(hours=12)
# Too short a clock for somebody at work or at dinner. Quiet hours are ignored before a share gets any shorter.
MIN_SHARE = timedelta(minutes=30)
# The clocks end this long before the lock: enough for 22 slots, each expired by a sweep that is 5 seconds late.
LOCK_MARGIN = timedelta(minutes=2)
# Shorter downtime is ignored. After a longer one, a player has at least the grace period left.
DOWNTIME_TOLERANCE = timedelta(seconds=30)
DOWNTIME_GRACE = timedelta(minutes=10)

ClockKind = Literal["adaptive", "fixed", "none"]

# -- deadlines -------------------------------------------------------------------------------------------------------


def max_share(picks: int) -> timedelta:
    """Return the upper bound of an adaptive clock in a draft with `picks` picks per player.

    >>> str(max_share(2))
    '6:00:00'
    """
    return MAX_TIME_PER_PLAYER / picks


class Share(NamedTuple):
    """The time of every open slot: waking time, or plain time if there is too little of it to spare quiet hours."""

    time: timedelta
    spares_quiet_hours: bool


def deadline(
    *,
    kind: ClockKind,
    seconds: int | None,
    now: datetime,
    locks_at: datetime,
    players: Sequence[QuietHours | None],
    longest: timedelta,
) -> datetime | None:
    """Return when the clock of the current turn runs out (the game's rules, Draft: clock). Never after the lock.

    `players` holds the quiet hours of the players of the open slots, in slot order; the first is on the clock.
    `seconds` is the time per pick of a fixed clock, and `longest` (see `max_share`) bounds an adaptive one.
    Returns None if only the lock ends the turn.

    >>> monday = datetime(2026, 3, 9, 12, tzinfo=UTC)
    >>> week = {"now": monday, "locks_at": monday + 5 * timedelta(days=1), "seconds": 90, "longest": max_share(2)}
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
        return min(add_outside_quiet_hours(players[0], now, timedelta(seconds=seconds)), locks_at)
    share = fair_share(now=now, locks_at=locks_at, players=players, longest=longest)
    quiet = players[0] if share.spares_quiet_hours else None
    return min(add_outside_quiet_hours(quiet, now, share.time), locks_at)


def fair_share(*, now: datetime, locks_at: datetime, players: Sequence[QuietHours | None], longest: timedelta) -> Share:
    """Return the time per slot with which all open slots, one after the other, end before the lock; at most `longest`.

    This is the largest number of whole seconds for which the slots fit one after the other if each uses that much of
    its own player's waking time. If that is less than `MIN_SHARE`, quiet hours are ignored and the plain time is
    shared. While everybody stays within the share, it never shrinks, and it grows with every early pick. One exception:
    as soon as quiet hours can be respected again, they are, even if the share becomes smaller.

    >>> from datetime import time
    >>> day = timedelta(days=1)
    >>> lock = datetime(2026, 3, 14, 12, 2, tzinfo=UTC)
    >>> night = QuietHours("UTC", time(20), time(8))
    >>> [str(share) for share in fair_share(now=lock - 2 * day, locks_at=lock, players=[night] * 4, longest=day)]
    ['5:59:30', 'True']
    >>> [str(share) for share in fair_share(now=lock - day / 2, locks_at=lock, players=[night] * 22, longest=day)]
    ['0:32:38', 'False']
    """
    # Whole seconds, rounded so that the window never grows.
    begins, ends = ceil(now.timestamp()), int((locks_at - LOCK_MARGIN).timestamp())
    plain = min(int(longest.total_seconds()), (ends - begins) // len(players))
    if plain <= 0:
        return Share(NO_TIME, spares_quiet_hours=False)
    spans = {quiet: _WakingTime(quiet, begins, ends) for quiet in set(players)}
    queue = [spans[quiet] for quiet in players]
    if _fits(queue, plain, begins, ends):
        return Share(timedelta(seconds=plain), spares_quiet_hours=True)
    least = int(MIN_SHARE.total_seconds())
    if not _fits(queue, least, begins, ends):
        return Share(timedelta(seconds=plain), spares_quiet_hours=False)
    return Share(timedelta(seconds=_largest_fit(queue, begins, ends, least, plain)), spares_quiet_hours=True)


class _WakingTime:
    """One player's waking time between two moments in whole seconds of Unix time, for the search in `fair_share`."""

    def __init__(self, quiet: QuietHours | None, begins: int, ends: int) -> None:
        self.ends = ends
        spans = [(begins, ends)]
        if is_quiet(quiet):
            endless = waking_spans(quiet, datetime.fromtimestamp(begins, UTC))
            seconds = ((int(awake.timestamp()), int(asleep.timestamp())) for awake, asleep in endless)
            spans = list(takewhile(lambda span: span[0] < ends, seconds))
        self.starts = [start for start, _end in spans]
        # The waking time before each span; the last item is the total.
        self.before = list(accumulate((end - start for start, end in spans), initial=0))

    def after(self, moment: int, seconds: int) -> int:
        """Return when `seconds` (> 0) of waking time have passed since `moment`; past the end if they do not fit."""
        at = bisect_right(self.starts, moment) - 1
        used = min(self.before[at] + moment - self.starts[at], self.before[at + 1]) if at >= 0 else 0
        goal = used + seconds
        if goal > self.before[-1]:
            return self.ends + 1
        span = bisect_left(self.before, goal) - 1
        return self.starts[span] + goal - self.before[span]


def _fits(queue: Sequence[_WakingTime], seconds: int, begins: int, ends: int) -> bool:
    """Whether all players are done by `ends` if each in turn uses `seconds` of waking time."""
    moment = begins
    for player in queue:
        moment = player.after(moment, seconds)
        if moment > ends:
            return False
    return True


def _largest_fit(queue: Sequence[_WakingTime], begins: int, ends: int, fits: int, fails: int) -> int:
    """Binary search between a number of seconds that fits and one that does not; return the largest that fits."""
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if _fits(queue, middle, begins, ends):
            fits = middle
        else:
            fails = middle
    return fits


# -- pauses, extensions, outages -------------------------------------------------------------------------------------


def deadline_after_pause(
    before: datetime, *, paused_at: datetime, now: datetime, quiet: QuietHours | None, fresh: datetime
) -> datetime:
    """Return the deadline after a pause: the waking time that was left when the clock stopped, counted from `now`.

    `fresh` is the deadline that the slot would get now (see `deadline`). It is the upper bound, so that after a long
    pause enough time is left for the other players.

    >>> ten = datetime(2026, 3, 9, 10, tzinfo=UTC)
    >>> one, two = timedelta(hours=1), timedelta(hours=2)
    >>> (deadline_after_pause(ten + two, paused_at=ten, now=ten + one, quiet=None, fresh=ten + 24 * one) - ten) / one
    3.0
    """
    return min(add_outside_quiet_hours(quiet, now, _left(quiet, paused_at, before)), fresh)


def deadline_after_downtime(
    before: datetime, *, last_seen: datetime, now: datetime, quiet: QuietHours | None, fresh: datetime
) -> datetime:
    """Return the deadline after downtime from `last_seen` to `now`: nobody could pick, so the clock stood still.

    As after a pause, with two differences: a player who had only seconds left gets at least `DOWNTIME_GRACE` to
    return to the room, and downtime of up to `DOWNTIME_TOLERANCE` changes nothing. Call it once per downtime: a
    second call grants the time again.

    >>> ten = datetime(2026, 3, 9, 10, tzinfo=UTC)
    >>> minute, hour = timedelta(minutes=1), timedelta(hours=1)
    >>> after = deadline_after_downtime(ten + minute, last_seen=ten, now=ten + hour, quiet=None, fresh=ten + 24 * hour)
    >>> (after - ten) / minute
    70.0
    """
    if now - last_seen <= DOWNTIME_TOLERANCE:
        return before
    return min(add_outside_quiet_hours(quiet, now, max(_left(quiet, last_seen, before), DOWNTIME_GRACE)), fresh)


def extended_deadline(
    before: datetime,
    *,
    by: timedelta,
    quiet: QuietHours | None,
    locks_at: datetime,
    open_slots: int,
    seconds: int | None = None,
) -> datetime:
    """Return the deadline with `by` more of the player's waking time, as far as the other players' clocks allow.

    Every other open slot keeps `MIN_SHARE`, or `seconds` if the league's fixed clock is shorter. If not even that is
    left, the deadline does not change.

    >>> ten, hour = datetime(2026, 3, 9, 10, tzinfo=UTC), timedelta(hours=1)
    >>> lock = ten + 12 * hour + LOCK_MARGIN
    >>> (extended_deadline(ten + hour, by=2 * hour, quiet=None, locks_at=lock, open_slots=5) - ten) / hour
    3.0
    >>> (extended_deadline(ten + hour, by=20 * hour, quiet=None, locks_at=lock, open_slots=5) - ten) / hour
    10.0
    """
    each = MIN_SHARE if seconds is None else min(MIN_SHARE, timedelta(seconds=seconds))
    latest = locks_at - LOCK_MARGIN - (open_slots - 1) * each
    return max(before, min(add_outside_quiet_hours(quiet, before, by), latest))


def _left(quiet: QuietHours | None, since: datetime, before: datetime) -> timedelta:
    """Return the waking time left on a clock; plain time if quiet hours were ignored and the rest lies inside them."""
    return time_outside_quiet_hours(quiet, since, before) or max(before - since, NO_TIME)
