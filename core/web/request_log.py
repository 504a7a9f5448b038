"""One line in the log for each request: who asked what, how it ended, and how long it took.

It names the route and not the path, in which there may be secrets. `RequestLogWSGI` writes it around everything that
responds, also in front of Django; `RequestLogMiddleware` tells it what only Django knows.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import LazyObject

from core import metrics
from core.log_format import NO_ID

logger = logging.getLogger(__name__)

StartResponse = Callable[..., Any]


@dataclass
class RequestFacts:
    """What is known of the request that is served now."""

    request: HttpRequest | None = None
    route: str | None = None
    user: int | None = None
    status: int | None = None

    @property
    def user_id(self) -> int | None:
        """The user's id, if something has already asked who it is: that takes a query."""
        if self.user is not None or self.request is None:
            return self.user
        user = self.request.__dict__.get("user")
        if isinstance(user, LazyObject):  # not one that a view of the API has authenticated
            user = getattr(self.request, "_cached_user", None)
        return getattr(user, "pk", None)


_current: ContextVar[RequestFacts | None] = ContextVar("request_facts", default=None)


def current_user_id() -> int | None:
    """The id of the user whose request is served now, if it is known."""
    facts = _current.get()
    return facts.user_id if facts else None


def describe(*, route: str, user_id: int | None) -> None:
    """Say what the current request asks for, and who asks, if it does not reach Django."""
    if facts := _current.get():
        facts.route, facts.user = route, user_id


class RequestLogMiddleware:
    """Keeps the request for the line in the log, which names its route and its user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if facts := _current.get():  # Django's test client does not use the WSGI application
            facts.request = request
        return self.get_response(request)


class RequestLogWSGI:
    """Wraps the WSGI application, inside of what gives the request its id."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        facts = RequestFacts()
        began = time.perf_counter()

        def start(status: str, *arguments: Any) -> Any:
            facts.status = int(status[:3])
            return start_response(status, *arguments)

        token = _current.set(facts)
        try:
            return self.application(environ, start)
        finally:
            _write(facts, environ, time.perf_counter() - began)
            _current.reset(token)


def _write(facts: RequestFacts, environ: dict[str, Any], seconds: float) -> None:
    level = logging.DEBUG if environ["PATH_INFO"].startswith(f"/{settings.STATIC_URL.strip('/')}/") else logging.INFO
    if not logger.isEnabledFor(level):
        return
    match, work = facts.request.resolver_match if facts.request else None, metrics.current()
    fields = {
        "method": environ["REQUEST_METHOD"],
        "route": f"/{match.route}" if match else facts.route,
        "view": match.view_name if match else None,
        "status": facts.status,
        "duration_ms": round(seconds * 1000, 1),
        "queries": work.queries if work and facts.request else None,
    }
    logger.log(level, "request", extra=fields)


class UserIdFilter(logging.Filter):
    """Adds `user_id` to every log record that does not have it: `-` if the user is not known."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "user_id"):
            record.user_id = current_user_id() or NO_ID
        return True
