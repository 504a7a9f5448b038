"""The watchdog of a background process: it ends the process when work hangs, and writes the process's heartbeat.

A thread cannot be stopped from outside, so Celery's time limits have no effect in a pool of threads. Instead the whole
process exits, and the supervisor or Docker starts it again. Nothing is lost: what a task has not committed, the next
one finds in the database.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import sentry_sdk

from fantasyf1.ops.heartbeats import INTERVAL_SECONDS, delete_old_heartbeats, heartbeat_path, write_heartbeat

logger = logging.getLogger(__name__)

# How long other work has to end before the process exits.
GRACE_SECONDS = 5.0
POLL_SECONDS = 0.5

# Returns a sentence that says what keeps the process from working; empty if it works.
Check = Callable[[], str]


@dataclass(frozen=True)
class Work:
    """What a thread is doing."""

    name: str
    began_at: float = field(default_factory=time.monotonic)

    @property
    def age(self) -> float:
        return time.monotonic() - self.began_at


class Watchdog(threading.Thread):
    """Ends the process if a thread does the same for longer than `limit` seconds.

    `stop` tells the process to take no more work. The checks run before each heartbeat, which has what they say.
    """

    def __init__(self, process: str, *, home: Path, limit: float, stop: Callable[[], None] = lambda: None) -> None:
        super().__init__(name="watchdog", daemon=True)
        self.limit = limit
        self.checks: list[Check] = []
        # The number of times that work began.
        self.begun = 0
        self._process, self._home, self._stop_taking = process, home, stop
        self._working: dict[int, Work] = {}
        self._closed = threading.Event()

    # -- what the threads of the process call --------------------------------------------------------------------------

    def begin(self, name: str) -> None:
        """This thread begins to work. A thread does one thing at a time."""
        self._working[threading.get_ident()] = Work(name)
        self.begun += 1

    def end(self) -> None:
        self._working.pop(threading.get_ident(), None)

    @contextmanager
    def watched(self, name: str) -> Iterator[None]:
        self.begin(name)
        try:
            yield
        finally:
            self.end()

    # -- what the watchdog does ----------------------------------------------------------------------------------------

    @property
    def working(self) -> Sequence[Work]:
        """What the threads are doing now, the oldest first."""
        return sorted(self._working.copy().values(), key=lambda work: work.began_at)

    def run(self) -> None:
        delete_old_heartbeats(self._home)
        beat_at = 0.0
        while not self._closed.is_set():
            if overdue := [work for work in self.working if work.age > self.limit]:
                self.exit_because(*(f"{work.name} has been running for {work.age:.0f} s." for work in overdue))
            if time.monotonic() >= beat_at:
                self._write(next((trouble for check in self.checks if (trouble := _run_check(check))), ""))
                beat_at = time.monotonic() + INTERVAL_SECONDS
            self._closed.wait(POLL_SECONDS)

    def exit_because(self, *reasons: str) -> None:
        """End the process, so that it is started again. Work that is not overdue has a few seconds to end."""
        for reason in reasons:
            logger.error("%s is restarted: %s", self._process, reason)
        self._write(" ".join(reasons))
        self._stop_taking()
        deadline = time.monotonic() + GRACE_SECONDS
        while any(work.age <= self.limit for work in self.working) and time.monotonic() < deadline:
            time.sleep(0.1)
        sentry_sdk.flush(timeout=2)
        os._exit(1)

    def _write(self, trouble: str) -> None:
        path = heartbeat_path(self._home, self._process)
        try:
            write_heartbeat(path, trouble)
        except OSError:
            # The disk is full. That is no reason to be restarted, so the old heartbeat goes on.
            with suppress(OSError):
                os.utime(path)

    def close(self) -> None:
        """The process stops: from now on there is no heartbeat."""
        self._closed.set()
        if self.is_alive():
            self.join(GRACE_SECONDS)
        with suppress(OSError):
            heartbeat_path(self._home, self._process).unlink(missing_ok=True)


def _run_check(check: Check) -> str:
    """Run a check. One that fails must not end the watchdog."""
    try:
        return check()
    except Exception as error:
        logger.exception("A check of the watchdog failed.")
        return f"A check failed: {error!r}"


def slow_work(watchdog: Watchdog, *, seconds: float, threads: int = 1) -> Check:
    """A check that finds trouble if this many threads have each been doing the same for so long."""

    def check() -> str:
        slow = [work for work in watchdog.working if work.age > seconds]
        if len(slow) < threads:
            return ""
        return " ".join(f"{work.name} has been running for {work.age:.0f} s." for work in slow)

    return check
