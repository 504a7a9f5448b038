"""Reads are repeated once if the connection to the database was lost meanwhile, as when PostgreSQL restarts.

The pool replaces connections that were lost while nobody used them. This is for those that were lost in the middle of
a request. It may have changed something before that, so only reads are repeated, which a browser may repeat as well.
"""

from collections.abc import Callable, Iterable
from typing import Any

WsgiApp = Callable[..., Iterable[bytes]]

# In the environ: the connection was lost, so the response is 503.
CONNECTION_LOST = "fantasyf1.database_connection_lost"


class RetriedReads:
    """Wraps a WSGI application that does not stream its responses."""

    def __init__(self, application: WsgiApp) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not _is_read(environ):
            return self.application(environ, start_response)
        starts: list[tuple[Any, ...]] = []
        first = environ.copy()
        body = self.application(first, lambda *start: starts.append(start))
        if CONNECTION_LOST in first:
            getattr(body, "close", lambda: None)()
            return self.application(environ, start_response)
        start_response(*starts[-1])
        return body


def _is_read(environ: dict[str, Any]) -> bool:
    return environ["REQUEST_METHOD"] in ("GET", "HEAD") and environ.get("CONTENT_LENGTH", "") in ("", "0")
