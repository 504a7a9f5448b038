"""The direct sweep: beat runs the tasks of the clock itself, in a thread, without the broker and the workers.

So the drafts go on if the broker is full, does not respond or is away, and if every worker hangs. It does not ask
whether they do: a worker that runs the same task at the same time does no harm, because the row of a draft is locked.
"""

import logging
import threading

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from core import metrics
from fantasyf1.celery import app
from fantasyf1.ops.watchdog import Watchdog

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 5.0


class DirectSweep(threading.Thread):
    """Runs `settings.CLOCK_TASKS` every few seconds."""

    def __init__(self, watchdog: Watchdog) -> None:
        super().__init__(name="direct-sweep", daemon=True)
        self._watchdog = watchdog
        self._closed = threading.Event()

    def run(self) -> None:
        while not self._closed.wait(INTERVAL_SECONDS):
            for name in settings.CLOCK_TASKS:
                with self._watchdog.watched(f"{name} in the direct sweep"):
                    run_directly(name)

    def close(self) -> None:
        self._closed.set()


def run_directly(name: str) -> None:
    """Run a task in this thread. An error in one must not stop the others."""
    close_old_connections()
    try:
        with metrics.measured_task(name):
            app.tasks[name]()
    except DatabaseError as error:
        logger.warning("%s could not be run directly, the next sweep tries again: %s", name, error)
    except Exception:
        logger.exception("%s could not be run directly.", name)
    finally:
        close_old_connections()
