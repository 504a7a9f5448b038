"""Measures Celery's tasks: how long each waited for a worker and ran, and whether it failed."""

import time
from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any

from celery import Task, signals

from . import TASK_FAILURES, TASK_WAIT_SECONDS, Work, measured_work, record_task

# Among the headers of the message: when it was published, in seconds since 1970.
SENT_AT_HEADER = "fantasyf1_sent_at"

_running: ContextVar[tuple[AbstractContextManager[Work], Work] | None] = ContextVar("measured_task", default=None)


def connect() -> None:
    """Measure all tasks from now on."""
    signals.before_task_publish.connect(_stamp, dispatch_uid=__name__)
    signals.task_prerun.connect(_begin, dispatch_uid=__name__)
    signals.task_postrun.connect(_end, dispatch_uid=__name__)
    signals.task_failure.connect(_count_failure, dispatch_uid=__name__)


def _stamp(headers: dict[str, Any], **_: Any) -> None:
    headers[SENT_AT_HEADER] = time.time()


def _begin(task: "Task[Any, Any]", **_: Any) -> None:
    if sent_at := getattr(task.request, SENT_AT_HEADER, None):
        queue = (task.request.delivery_info or {}).get("routing_key") or ""
        TASK_WAIT_SECONDS.labels(queue).observe(max(time.time() - float(sent_at), 0))
    manager = measured_work()
    _running.set((manager, manager.__enter__()))


def _end(task: "Task[Any, Any]", **_: Any) -> None:
    if running := _running.get():
        manager, work = running
        record_task(task.name, work)
        manager.__exit__(None, None, None)
        _running.set(None)


def _count_failure(sender: "Task[Any, Any]", **_: Any) -> None:
    TASK_FAILURES.labels(sender.name).inc()
