"""How long the picks of a draft took, read from its log."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple


class Happening(NamedTuple):
    """An event of the log: its kind, when it was, and the slots it is about."""

    kind: str
    at: datetime
    slots: tuple[int, ...] = ()


def pick_times(happenings: Iterable[Happening]) -> dict[int, timedelta]:
    """How long each slot was on the clock before it was filled, pauses left out, by the slot's number.

    A pick made up for after its turn had passed has no time, and neither has the turn that began when somebody left:
    the log does not tell whether he was on the clock. A pick that was taken back and made again has its latest time.

    >>> from datetime import UTC
    >>> minute = lambda number: datetime(2025, 7, 7, 12, number, tzinfo=UTC)
    >>> log = [
    ...     Happening("opened", minute(0)), Happening("picked", minute(5), (1,)), Happening("paused", minute(6)),
    ...     Happening("resumed", minute(16)), Happening("picked", minute(18), (2,)),
    ... ]
    >>> [str(time) for time in pick_times(log).values()]
    ['0:05:00', '0:03:00']
    """
    watch = _Watch()
    for happening in happenings:
        watch.note(happening)
    return watch.times


@dataclass
class _Watch:
    """A stopwatch on the slot whose turn it is."""

    times: dict[int, timedelta] = field(default_factory=dict)
    began_at: datetime | None = None
    paused_at: datetime | None = None
    passed: set[int] = field(default_factory=set)

    def note(self, happening: Happening) -> None:
        kind, at, slots = happening
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
        self.times.pop(slot, None)
        if slot in self.passed:
            return
        if self.began_at is not None:
            self.times[slot] = (self.paused_at or at) - self.began_at
        self._restart(at)

    def _restart(self, at: datetime) -> None:
        self.began_at = at
        self.paused_at = at if self.paused_at else None

    def _resume(self, at: datetime) -> None:
        if self.began_at and self.paused_at:
            self.began_at += at - self.paused_at
        self.paused_at = None
