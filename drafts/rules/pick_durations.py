"""How long the picks of a draft took, computed from its event log."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple


class TimedEvent(NamedTuple):
    """An event of the log: its kind, its time, and the numbers of the slots it concerns."""

    kind: str
    at: datetime
    slots: tuple[int, ...] = ()


def pick_durations(events: Iterable[TimedEvent]) -> dict[int, timedelta]:
    """Return how long each slot was on the clock before it was filled, without pauses, by slot number.

    A pick made after its turn had passed has no duration. Neither has a turn that began when somebody left: the log
    does not say whether that player was on the clock. A pick that was undone and made again has its latest duration.

    >>> from datetime import UTC
    >>> minute = lambda number: datetime(2025, 7, 7, 12, number, tzinfo=UTC)
    >>> log = [
    ...     TimedEvent("opened", minute(0)), TimedEvent("picked", minute(5), (1,)), TimedEvent("paused", minute(6)),
    ...     TimedEvent("resumed", minute(16)), TimedEvent("picked", minute(18), (2,)),
    ... ]
    >>> [str(time) for time in pick_durations(log).values()]
    ['0:05:00', '0:03:00']
    """
    stopwatch = _Stopwatch()
    for event in events:
        stopwatch.record(event)
    return stopwatch.durations


@dataclass
class _Stopwatch:
    """Measures how long the current slot has been on the clock."""

    durations: dict[int, timedelta] = field(default_factory=dict)
    began_at: datetime | None = None
    paused_at: datetime | None = None
    passed: set[int] = field(default_factory=set)

    def record(self, event: TimedEvent) -> None:
        kind, at, slots = event
        if kind == "picked":
            self._picked(at, slots[0])
        elif kind == "paused":
            self.paused_at = at
        elif kind == "resumed":
            self._resume(at)
        elif kind in ("completed", "slots_released"):
            self.began_at = None
        elif kind in ("opened", "order_set", "passed", "undone") or (kind == "slots_added" and not self.began_at):
            self.passed = self.passed | set(slots) if kind == "passed" else self.passed - set(slots)
            self._restart(at)

    def _picked(self, at: datetime, slot: int) -> None:
        self.durations.pop(slot, None)
        if slot in self.passed:
            return
        if self.began_at is not None:
            self.durations[slot] = (self.paused_at or at) - self.began_at
        self._restart(at)

    def _restart(self, at: datetime) -> None:
        self.began_at = at
        self.paused_at = at if self.paused_at else None

    def _resume(self, at: datetime) -> None:
        if self.began_at and self.paused_at:
            self.began_at += at - self.paused_at
        self.paused_at = None
