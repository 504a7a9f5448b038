"""The whole site as one ASGI application: `/live/` is answered here, everything else by Django in a pool of threads.

Django's own ASGI handler is left out because it answers a third as many cached reads as its WSGI handler does behind
a2wsgi. What must hold a connection open without holding a thread or a database connection gets a route under `/live/`
and no Django at all.
"""

import json
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

# cast: a2wsgi names the same shapes by types of its own.
django = cast("App", WSGIMiddleware(cast("Any", get_wsgi_application()), workers=settings.WEB_THREADS))


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Hand one connection to whoever answers it."""
    if scope["type"] == "lifespan":
        await _live_and_die(receive, send)
    elif scope["type"] == "http":
        await _route(scope)(scope, receive, send)
    else:
        await send({"type": "websocket.close", "code": 1000})


def _route(scope: Message) -> App:
    path: str = scope["path"]
    return LIVE.get(path, _not_found) if path.startswith("/live/") else django


async def _live_and_die(receive: Receive, send: Send) -> None:
    while True:
        event = (await receive())["type"].removeprefix("lifespan.")
        await send({"type": f"lifespan.{event}.complete"})
        if event == "shutdown":
            return


async def _health(scope: Message, receive: Receive, send: Send) -> None:
    """The process is there and answers. It says nothing about the database, whose fault is not cured by a restart."""
    if scope["method"] in ("GET", "HEAD"):
        await _answer(send, 200, {"status": "alive"}, head=scope["method"] == "HEAD")
    else:
        await _answer(send, 405, {"detail": "Use GET."}, (b"allow", b"GET, HEAD"))


async def _not_found(scope: Message, receive: Receive, send: Send) -> None:
    await _answer(send, 404, {"detail": "There is nothing here."}, head=scope["method"] == "HEAD")


async def _answer(
    send: Send, status: int, content: dict[str, str], *headers: tuple[bytes, bytes], head: bool = False
) -> None:
    body = json.dumps(content).encode()
    standard = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*standard, length, *headers]})
    await send({"type": "http.response.body", "body": b"" if head else body})


LIVE: dict[str, App] = {"/live/health": _health}
