"""The site as one ASGI application: `/live/` is handled here, everything else by Django in a thread pool.

Django's ASGI handler is not used: it serves a third as many cached reads per second as its WSGI handler behind a2wsgi.
Streams, which must hold a connection open without a thread or a database connection, have routes under `/live/` and
bypass Django.
"""

import asyncio
import os
import signal
import threading
from types import FrameType
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.conf import settings

from core.sse.asgi import App, Message, Receive, Send, not_found, send_error, send_json
from core.sse.cors import with_cors
from core.sse.guards import SecureSend, is_for_allowed_host, refuse_host
from fantasyf1.buffered_wsgi import BufferedWSGI, awaitable_receive

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")

from fantasyf1.wsgi import application as site

# Casts, here and below: a2wsgi has its own names for the same types.
threaded_wsgi = WSGIMiddleware(cast("Any", site), workers=settings.WEB_THREADS)
buffered_wsgi = BufferedWSGI(site, threaded_wsgi.executor)

from drafts import event_stream as drafts  # noqa: E402 - its models need Django, which the WSGI module has set up
from fantasyf1 import person_stream  # noqa: E402 - likewise
from fantasyf1.cached_reads import middleware  # noqa: E402 - likewise


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Route one connection."""
    if scope["type"] == "lifespan":
        await _handle_lifespan(receive, send)
    elif scope["type"] != "http":
        await send({"type": "websocket.close", "code": 1000})
    elif scope["path"].startswith("/live/"):
        await _live_route(scope)(scope, receive, SecureSend(scope, send))
    else:
        await _django_route(scope)(scope, receive, send)


async def django(scope: Message, receive: Receive, send: Send) -> None:
    """Let Django respond in a thread, which reads the body and sends the response in parts."""
    await cast("App", threaded_wsgi)(scope, awaitable_receive(receive), send)


def _django_route(scope: Message) -> App:
    is_cached_read = scope["method"] == "GET" and middleware.CACHED_PATHS.fullmatch(scope["path"])
    return buffered_wsgi if is_cached_read else django


def _live_route(scope: Message) -> App:
    if not is_for_allowed_host(scope):
        return refuse_host
    path: str = scope["path"]
    return with_cors(next((app for prefix, app in LIVE_ROUTES.items() if path.startswith(prefix)), not_found))


async def _handle_lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = (await receive())["type"].removeprefix("lifespan.")
        if event == "startup":
            for registry in REGISTRIES:
                registry.start()
            _stop_streams_on_signals()
        else:
            _stop_streams()
        await send({"type": f"lifespan.{event}.complete"})
        if event == "shutdown":
            return


def _stop_streams() -> None:
    for registry in REGISTRIES:
        registry.stop()


def _stop_streams_on_signals() -> None:
    """Close the streams on SIGTERM and SIGINT: granian sends lifespan.shutdown only after all connections have closed
    (2.8.7)."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            _stop_streams_before(number, signal.getsignal(number), asyncio.get_running_loop())


def _stop_streams_before(number: int, previous: Any, loop: asyncio.AbstractEventLoop) -> None:
    """Install a signal handler that closes the streams and then calls the previous handler.

    A handler that the server has added to the event loop still runs: the loop's wake-up file descriptor calls it.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(_stop_streams)
        if callable(previous):
            previous(number, frame)

    signal.signal(number, handle)


async def _health(scope: Message, receive: Receive, send: Send) -> None:
    """Liveness check. It does not check the database, because a restart would not repair it."""
    if scope["path"] != "/live/health":
        await not_found(scope, receive, send)
    elif scope["method"] in ("GET", "HEAD"):
        await send_json(send, 200, {"status": "alive"}, head=scope["method"] == "HEAD")
    else:
        await send_error(scope, send, 405, "method_not_allowed", "Use GET.", (b"allow", b"GET, HEAD"))


# By path prefix.
LIVE_ROUTES: dict[str, App] = {
    "/live/health": _health,
    drafts.PREFIX: drafts.draft_stream,
    person_stream.PATH: person_stream.person_stream,
}
REGISTRIES = (drafts.registry, person_stream.registry)
