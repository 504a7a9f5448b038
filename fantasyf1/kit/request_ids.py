"""The name of the request that is being answered: it stands in the answer and in every line of the log about it."""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "X-Request-ID"
# What a client may call its request: nothing that could break a line of the log or of a header.
PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of the request that is being answered; empty where none is, as in a task."""
    return _current.get()


def chosen(wanted: str) -> str:
    """The client's own name for its request where it is plain, else a new one.

    >>> chosen("app-7f3a")
    'app-7f3a'
    >>> len(chosen("two words")), len(chosen("x" * 65)), len(chosen(""))
    (32, 32, 32)
    """
    return wanted if PLAIN.fullmatch(wanted) else uuid.uuid4().hex


class RequestIdMiddleware:
    """The first of all: what the others answer or log has the id as well."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = chosen(request.headers.get(HEADER, ""))
        token = _current.set(request_id)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = request_id
        return response


class RequestIdFilter(logging.Filter):
    """Gives every record `request_id`, `-` outside of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current() or "-"
        return True
