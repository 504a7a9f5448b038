"""One line in the log for each task, when it has ended: which one, how it ended, and how long it took."""

import logging
import time
from contextvars import ContextVar
from typing import Any

from celery import Task, signals

logger = logging.getLogger(__name__)

_began: ContextVar[float | None] = ContextVar("task_began", default=None)


def connect() -> None:
    """Write the lines from now on. Must be called before `core.tasks.request_ids.connect`, which takes the ids back."""
    signals.task_prerun.connect(_begin, dispatch_uid=__name__)
    signals.task_postrun.connect(_write, dispatch_uid=__name__)


def _begin(**_: Any) -> None:
    _began.set(time.perf_counter())


def _write(task: "Task[Any, Any]", state: str | None = None, **_: Any) -> None:
    if (began := _began.get()) is not None:
        seconds = time.perf_counter() - began
        fields = {"task": task.name, "state": state, "duration_ms": round(seconds * 1000, 1)}
        logger.info("task", extra=fields)
