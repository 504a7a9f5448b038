"""Measures requests: the WSGI application as a whole, and which view Django chose for it."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core import metrics

WsgiApp = Callable[..., Iterable[bytes]]

# What stands for a view where Django chose none: a file, and what is refused or not found before it could.
STATIC, NO_VIEW = "static", "none"


class MeasuredWSGI:
    """Wraps the WSGI application, which does not stream its responses."""

    def __init__(self, application: WsgiApp) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status = 500

        def start(line: str, *arguments: Any) -> Any:
            nonlocal status
            status = int(line[:3])
            return start_response(line, *arguments)

        with metrics.measured_work(is_request=True) as work:
            try:
                return self.application(environ, start)
            finally:
                work.name = work.name or _name_without_view(environ, status)
                metrics.record_request(work, method=environ["REQUEST_METHOD"], status=status)


def _name_without_view(environ: dict[str, Any], status: int) -> str:
    is_file = status < 400 and environ["PATH_INFO"].startswith(f"/{settings.STATIC_URL.lstrip('/')}")
    return STATIC if is_file else NO_VIEW


class ViewNameMiddleware:
    """Tells the metrics which view responds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        if (work := metrics.current()) and request.resolver_match:
            work.name = request.resolver_match.view_name
