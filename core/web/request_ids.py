"""Request ids: each response and each log record of a request carries the same id."""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "X-Request-ID"
# The ids that a client may choose: nothing that could break a log line or a header.
VALID_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of the current request; empty outside of a request, as in a task."""
    return _current.get()


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
        token = _current.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = request_id
        return response


class RequestIdFilter(logging.Filter):
    """Adds `request_id` to every log record: `-` outside of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current() or "-"
        return True
