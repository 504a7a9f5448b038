"""Publishing a task after a commit, as a hint.

What a task would do is always derivable from the database, where a sweep finds it again (see `CELERY_BEAT_SCHEDULE`).
So a broker that is down costs time and nothing else: it never turns a committed change into an error.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

_is_muted = ContextVar("hints_are_muted", default=False)


def hint(task: "Task[Any, Any]", *args: int | str) -> None:
    """Run `task(*args)` soon, once the current transaction has been committed, if the broker can be reached."""
    if not _is_muted.get():
        transaction.on_commit(partial(_publish, task, args))


def are_muted() -> bool:
    return _is_muted.get()


@contextmanager
def muted() -> Iterator[None]:
    """Publish nothing inside the block, for those who do all the work themselves and in their own time."""
    token = _is_muted.set(True)
    try:
        yield
    finally:
        _is_muted.reset(token)


def _publish(task: "Task[Any, Any]", args: tuple[int | str, ...]) -> None:
    try:
        task.apply_async(args, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("The broker did not take %s%s, the next sweep will do it: %s", task.name, args, error)
