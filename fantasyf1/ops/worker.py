"""A Celery worker with threads, its watchdog, and the check that it takes messages from the broker."""

import os
import socket
import threading
import time
import warnings
from collections.abc import Sequence
from typing import Any

from celery import Task, signals
from celery.exceptions import SecurityWarning
from celery.worker import state
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from fantasyf1.celery import app
from fantasyf1.ops.watchdog import Check, Watchdog, slow_work

# If all threads have been working on the same for so long, nothing else gets done.
BUSY_SECONDS = 120.0
# If messages wait and a thread is free, but none begins: trouble after the first, another start after the second.
DEAF_SECONDS, MAX_DEAF_SECONDS = 30.0, 120.0
# kombu does not wrap all errors of Redis: not that its memory is full.
BROKER_ERRORS = (OperationalError, RedisError, OSError)


def run_worker(name: str, queues: Sequence[str]) -> int:
    """Run the tasks of these queues until SIGTERM; returns the exit status.

    Threads and not processes, because on SQLite only one can write at a time anyway, and a forked pool would mean more
    processes to start, stop and watch.
    """
    # As root, Celery warns of pickled messages, which settings.CELERY_ACCEPT_CONTENT does not accept.
    warnings.simplefilter("ignore", SecurityWarning)
    watchdog = Watchdog(name, home=settings.FANTASYF1_HOME, limit=settings.TASK_SECONDS, stop=_stop_consuming)
    watchdog.checks.append(_ready_check())
    watchdog.checks.append(slow_work(watchdog, seconds=BUSY_SECONDS, threads=settings.WORKER_THREADS))
    if settings.BROKER_URL:
        watchdog.checks.append(QueueCheck(watchdog, queues))
    _watch_tasks(watchdog)
    worker = app.Worker(
        pool="threads",
        concurrency=settings.WORKER_THREADS,
        queues=",".join(queues),
        # Workers of the same name would hide each other.
        hostname=f"{name}-{os.getpid()}@{socket.gethostname()}",
        loglevel="WARNING",
        quiet=True,
        without_mingle=True,
        without_gossip=True,
    )
    # It needs the models, which the worker has set up.
    from fantasyf1.metrics.exposition import exposed

    watchdog.start()
    with exposed(name):
        worker.start()
    watchdog.close()
    return int(worker.exitcode or 0)


def _watch_tasks(watchdog: Watchdog) -> None:
    def begin(task: "Task[..., object]", task_id: str, **_: object) -> None:
        watchdog.begin(f"{task.name} ({task_id})")

    def end(**_: object) -> None:
        watchdog.end()

    signals.task_prerun.connect(begin, weak=False)
    signals.task_postrun.connect(end, weak=False)


def _ready_check() -> Check:
    """A check that finds trouble until the worker takes messages."""
    ready = threading.Event()

    def set_ready(**_: object) -> None:
        ready.set()

    signals.worker_ready.connect(set_ready, weak=False)
    return lambda: "" if ready.is_set() else "The worker does not take messages yet."


def _stop_consuming() -> None:
    state.should_stop = 1  # type: ignore[assignment]  # the type of what it is before


class QueueCheck:
    """Does the worker take messages? After a restart of Redis, a consumer can stop while the process lives on."""

    def __init__(self, watchdog: Watchdog, queues: Sequence[str]) -> None:
        self._watchdog, self._queues = watchdog, queues
        self._begun = 0
        self._deaf_since: float | None = None

    def __call__(self) -> str:
        try:
            waiting = self._count_waiting()
        except BROKER_ERRORS as error:
            self._deaf_since = None
            return f"The broker does not work: {error}"
        begun, is_busy = self._watchdog.begun, len(self._watchdog.working) >= settings.WORKER_THREADS
        if not waiting or is_busy or begun != self._begun:
            self._begun, self._deaf_since = begun, None
            return ""
        return self._judge(waiting)

    def _judge(self, waiting: int) -> str:
        now = time.monotonic()
        self._deaf_since = self._deaf_since or now
        seconds = now - self._deaf_since
        trouble = f"{waiting} messages wait, and none has been taken for {seconds:.0f} s."
        if seconds > MAX_DEAF_SECONDS:
            self._watchdog.exit_because(trouble)
        return trouble if seconds > DEAF_SECONDS else ""

    def _count_waiting(self) -> int:
        with app.connection_for_read() as connection:
            channel: Any = connection.default_channel
            return sum(channel.queue_declare(queue=name).message_count for name in self._queues)
