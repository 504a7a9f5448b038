"""The Celery beat scheduler. Schedules are rows that an administrator can edit; the settings only add missing ones."""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import cached_property
from typing import Any

from celery.beat import SchedulingError
from django.db.models import Q
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from fantasyf1.ops.watchdog import Watchdog

logger = logging.getLogger(__name__)

# Without a tick for this long, beat is not healthy.
SLOW_TICK_SECONDS = 30.0
# Celery's clean-up of results. Ours is core.tasks.delete_old_failed_tasks.
USELESS_TASKS = ("celery.backend_cleanup",)


class SeedingDatabaseScheduler(DatabaseScheduler):  # type: ignore[misc]  # the package has no types
    """django-celery-beat's scheduler, except that it does not overwrite rows with the settings at every start.

    It also bears a broker that does not work, and has its ticks watched.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._watched: Callable[[str], AbstractContextManager[None]] = nullcontext  # type: ignore[assignment]
        self._ticked_at = time.monotonic()
        self._failing_since: float | None = None
        self._failure = ""
        super().__init__(*args, **kwargs)

    def watch_with(self, watchdog: Watchdog) -> None:
        """From now on the watchdog ends the process if a tick hangs, and the heartbeat says why nothing is enqueued."""
        self._watched = watchdog.watched
        watchdog.checks.append(self._check)

    def _check(self) -> str:
        seconds = time.monotonic() - self._ticked_at
        return f"Beat has not ticked for {seconds:.0f} s." if seconds > SLOW_TICK_SECONDS else self._failure

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Enqueue the next due task; returns how many seconds to wait."""
        with self._watched("A tick of beat"):
            seconds = super().tick(*args, **kwargs)
        self._ticked_at = time.monotonic()
        return float(seconds)

    def setup_schedule(self) -> None:
        self.delete_unknown_tasks()
        super().setup_schedule()

    def update_from_dict(self, mapping: Mapping[str, Any]) -> None:
        """Create a row for each entry without one. Existing rows keep the administrator's changes."""
        existing = set(PeriodicTask.objects.filter(name__in=mapping).values_list("name", flat=True))
        super().update_from_dict({name: entry for name, entry in mapping.items() if name not in existing})

    def delete_unknown_tasks(self) -> None:
        """Delete the rows of tasks that no longer exist, or that have nothing to do."""
        obsolete = PeriodicTask.objects.filter(~Q(task__in=self.app.tasks) | Q(task__in=USELESS_TASKS))
        for row in obsolete:
            logger.warning("Deleted the schedule “%s”: there is no task %s to run.", row.name, row.task)
        obsolete.delete()

    # -- a broker that is away or full ---------------------------------------------------------------------------------

    @cached_property
    def producer(self) -> Any:
        """A producer that connects when it publishes. Celery's connects here, and waits until the broker is there."""
        return self.Producer(self.connection, auto_declare=False)

    def apply_async(self, entry: Any, producer: Any = None, advance: bool = True, **kwargs: Any) -> Any:
        """Publish a task. Log that the broker refuses when that begins, and when it is over, not for each task.

        `apply_entry`, which calls this, stays Celery's: Sentry replaces it with a function that checks the schedule in.
        """
        try:
            result = super().apply_async(entry, producer=producer, advance=advance, **kwargs)
        except SchedulingError as error:
            self._record_failure(error)
            return None
        self._record_success()
        return result

    def _record_failure(self, error: SchedulingError) -> None:
        if self._failing_since is None:
            self._failing_since = time.monotonic()
            logger.warning("Beat cannot enqueue tasks, and tries again with each of them: %s", error)
        self._failure = f"Tasks cannot be enqueued: {error}"
        # The connection may be useless from now on.
        self.__dict__.pop("producer", None)
        if connection := self.__dict__.pop("connection", None):
            with suppress(Exception):
                connection.release()

    def _record_success(self) -> None:
        if self._failing_since is not None:
            logger.warning("Beat enqueues tasks again, after %.0f s.", time.monotonic() - self._failing_since)
        self._failing_since, self._failure = None, ""
