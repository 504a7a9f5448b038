"""Tasks carry the id of the request that enqueued them, so that their log records can be found with it.

A task that no request enqueued, such as one of beat's, has its own id as request id, and passes it on in the same way.
"""

from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Any

from celery import Task, signals

from core.web import request_ids

# Among the headers of the message.
HEADER = "fantasyf1_request_id"

_ids: ContextVar[AbstractContextManager[None] | None] = ContextVar("task_ids", default=None)


def headers() -> dict[str, str]:
    """The headers of a task that is enqueued now."""
    return {HEADER: request_id} if (request_id := request_ids.current()) else {}


def connect() -> None:
    """Use the ids of each task while it runs."""
    signals.task_prerun.connect(_use_ids, dispatch_uid=__name__)
    signals.task_postrun.connect(_end_use, dispatch_uid=__name__)


def _use_ids(task_id: str, task: "Task[Any, Any]", **_: Any) -> None:
    ids = request_ids.use(getattr(task.request, HEADER, None) or task_id, task_id=task_id)
    ids.__enter__()
    _ids.set(ids)


def _end_use(**_: Any) -> None:
    if ids := _ids.get():
        ids.__exit__(None, None, None)
        _ids.set(None)
