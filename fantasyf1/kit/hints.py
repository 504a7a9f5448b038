"""Publishing a task after a commit, as a hint.

What a task would do is always derivable from the database, where a sweep finds it again (see `CELERY_BEAT_SCHEDULE`).
So a broker that is down costs time and nothing else: it never turns a committed change into an error.
"""

import logging
from functools import partial
from typing import Any

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def hint(task: "Task[Any, Any]", *args: int | str) -> None:
    """Run `task(*args)` soon, once the current transaction has been committed, if the broker can be reached."""
    transaction.on_commit(partial(_publish, task, args))


def _publish(task: "Task[Any, Any]", args: tuple[int | str, ...]) -> None:
    try:
        task.apply_async(args, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("The broker did not take %s%s, the next sweep will do it: %s", task.name, args, error)
