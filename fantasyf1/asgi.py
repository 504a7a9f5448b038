"""The whole site as one ASGI application: `/live/` is answered here, everything else by Django in a pool of threads.

Django's own ASGI handler is left out because it answers a third as many cached reads as its WSGI handler does behind
a2wsgi. What must hold a connection open without holding a thread or a database connection gets a route under `/live/`
and no Django at all.
"""

import asyncio
import os
import signal
import threading
from types import FrameType
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.conf import settings

from fantasyf1.kit.at_once import AtOnce, body_of
from fantasyf1.kit.live.asgi import App, Message, Receive, Send, answer, not_found
from fantasyf1.kit.live.cors import with_cors

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")

from fantasyf1.wsgi import application as site

# Its casts: a2wsgi names the same shapes by types of its own.
pages = WSGIMiddleware(cast("Any", site), workers=settings.WEB_THREADS)
short_reads = AtOnce(site, pages.executor)

from drafts import live as drafts  # noqa: E402 - its models need Django set up, which was done just now
from fantasyf1 import fast_lane  # noqa: E402 - likewise


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Hand one connection to whoever answers it."""
    if scope["type"] == "lifespan":
        await _live_and_die(receive, send)
    elif scope["type"] == "http":
        await _route(scope)(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1000})


async def django(scope: Message, receive: Receive, send: Send) -> None:
    """Answer by Django in a thread, which reads the body and sends the answer part by part."""
    await cast("App", pages)(scope, body_of(receive), send)


def _route(scope: Message) -> App:
    path: str = scope["path"]
    if not path.startswith("/live/"):
        return short_reads if scope["method"] == "GET" and fast_lane.PATHS.fullmatch(path) else django
    return with_cors(next((app for start, app in LIVE.items() if path.startswith(start)), not_found))


async def _live_and_die(receive: Receive, send: Send) -> None:
    while True:
        event = (await receive())["type"].removeprefix("lifespan.")
        if event == "startup":
            drafts.hub.start()
            _stop_streams_when_told_to_stop()
        else:
            drafts.hub.stop()
        await send({"type": f"lifespan.{event}.complete"})
        if event == "shutdown":
            return


def _stop_streams_when_told_to_stop() -> None:
    """End the streams at the signal already: granian announces its end only when no connection is left (2.8.7)."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            _stop_streams_before(number, signal.getsignal(number), asyncio.get_running_loop())


def _stop_streams_before(number: int, otherwise: Any, loop: asyncio.AbstractEventLoop) -> None:
    """Put the end of the streams before what the signal does otherwise.

    A handler that the event loop holds for the server runs besides: it is called through the loop's own wake-up.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(drafts.hub.stop)
        if callable(otherwise):
            otherwise(number, frame)

    signal.signal(number, handle)


async def _health(scope: Message, receive: Receive, send: Send) -> None:
    """The process is there and answers. It says nothing about the database, whose fault is not cured by a restart."""
    if scope["path"] != "/live/health":
        await not_found(scope, receive, send)
    elif scope["method"] in ("GET", "HEAD"):
        await answer(send, 200, {"status": "alive"}, head=scope["method"] == "HEAD")
    else:
        await answer(send, 405, {"detail": "Use GET."}, (b"allow", b"GET, HEAD"))


# By the beginning of the path.
LIVE: dict[str, App] = {"/live/health": _health, drafts.PREFIX: drafts.stream}
