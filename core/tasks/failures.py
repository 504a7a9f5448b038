"""Tasks that fail are kept in the database, with their traceback, for administrators to read.

Celery's result backend writes them, and nothing else: what a task returns is in its log line, and a task of the clock,
of which there is more than one in a second, costs nothing. A failure that cannot be recorded is in the log, as all are.
"""

import logging
import time
from typing import Any

from celery import states
from django.db import Error as DatabaseError
from django.db import connection
from django_celery_results.backends import DatabaseBackend

from core.scrubbing import scrub, scrub_text

logger = logging.getLogger(__name__)

# A task that fails every few seconds is recorded once in this time.
INTERVAL_SECONDS = 60.0
# When each task was last recorded, on the monotonic clock. A worker's threads have a backend each, and share this.
_recorded_at: dict[str, float] = {}


class FailureBackend(DatabaseBackend):  # type: ignore[misc]  # the package has no types
    def _store_result(
        self, task_id: str, result: Any, status: str, traceback: str | None = None, request: Any = None, **more: Any
    ) -> None:
        if status != states.FAILURE or not _is_due(getattr(request, "task", None) or ""):
            return
        try:
            # It may be the loss of the connection that the task failed of. In a transaction, Django would close any.
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            super()._store_result(
                task_id, scrub(result), status, traceback=scrub_text(traceback or ""), request=request, **more
            )
        except DatabaseError as error:
            logger.warning("The failure of task %s could not be recorded: %s", task_id, error)


def _is_due(name: str) -> bool:
    now = time.monotonic()
    before = _recorded_at.get(name)
    if before is not None and now - before < INTERVAL_SECONDS:
        return False
    _recorded_at[name] = now
    return True
