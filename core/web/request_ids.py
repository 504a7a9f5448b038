"""Request ids: the response, the log records of a request and those of the tasks that it enqueued carry the same id."""

import logging
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.log_format import NO_ID

HEADER = "X-Request-ID"
ENVIRON_KEY = "HTTP_X_REQUEST_ID"
# The ids that a client may choose: nothing that could break a log line or a header.
VALID_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")
_current_task: ContextVar[str] = ContextVar("task_id", default="")


def current() -> str:
    """The id of the current request, or of the one that enqueued the current task; empty outside of both."""
    return _current.get()


@contextmanager
def use(request_id: str, *, task_id: str = "") -> Iterator[None]:
    """Everything that is logged inside the block has this id."""
    tokens = _current.set(request_id), _current_task.set(task_id)
    try:
        yield
    finally:
        _current.reset(tokens[0])
        _current_task.reset(tokens[1])


def accept_or_generate(requested: str) -> str:
    """The id that the client chose, if it is valid; otherwise a new one.

    >>> accept_or_generate("app-7f3a")
    'app-7f3a'
    >>> len(accept_or_generate("two words")), len(accept_or_generate("x" * 65)), len(accept_or_generate(""))
    (32, 32, 32)
    """
    return requested if VALID_REQUEST_ID.fullmatch(requested) else uuid.uuid4().hex


class RequestIdMiddleware:
    """Must be the first middleware, so that what the others log or respond has the id as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = accept_or_generate(request.headers.get(HEADER, ""))
        with use(request_id):
            response = self.get_response(request)
        response[HEADER] = request_id
        return response


class RequestIdWSGI:
    """Wraps the WSGI application: Django logs a response with an error status after the last middleware has ended."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[ENVIRON_KEY] = accept_or_generate(environ.get(ENVIRON_KEY, ""))
        with use(environ[ENVIRON_KEY]):
            return self.application(environ, start_response)


class RequestIdFilter(logging.Filter):
    """Adds `request_id` and `task_id` to every log record: `-` outside of a request or a task."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current() or NO_ID
        record.task_id = _current_task.get() or NO_ID
        return True
