"""Best-effort publishing of Celery tasks after commit.

The work of every task can be derived from the database, where a periodic sweep finds it (see `CELERY_BEAT_SCHEDULE`).
A broker that is down therefore only causes a delay: it never turns a committed change into an error.
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

from core.circuit import Circuit
from core.tasks import request_ids

logger = logging.getLogger(__name__)

# One request in ten seconds waits for a broker that does not respond.
circuit = Circuit(cooldown=10.0)

_is_disabled = ContextVar("is_enqueueing_disabled", default=False)


def enqueue_on_commit(task: "Task[Any, Any]", *args: int | str) -> None:
    """Enqueue `task(*args)` when the current transaction commits. Does nothing if the broker cannot be reached."""
    if not _is_disabled.get():
        transaction.on_commit(partial(_publish, task, args))


def is_enqueueing_disabled() -> bool:
    return _is_disabled.get()


@contextmanager
def enqueueing_disabled() -> Iterator[None]:
    """Enqueue nothing inside the block. For code that does all the work itself, at its own pace."""
    token = _is_disabled.set(True)
    try:
        yield
    finally:
        _is_disabled.reset(token)


def _publish(task: "Task[Any, Any]", args: tuple[int | str, ...]) -> None:
    if not circuit.allows_call():
        return
    try:
        task.apply_async(args, retry=False, headers=request_ids.headers())
    except (OperationalError, OSError) as error:
        circuit.record_failure()
        logger.warning(
            "Could not enqueue %s%s, so the next sweep does the work. Nothing is enqueued for %s s: %s",
            task.name, args, circuit.cooldown, error,
        )  # fmt: skip
    else:
        circuit.record_success()
