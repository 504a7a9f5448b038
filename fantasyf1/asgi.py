"""The site as one ASGI application: `/live/`, health checks and `/metrics` are handled here, the rest by Django.

Django runs in a pool of threads. Its ASGI handler is not used: it serves a third as many cached reads per second as its
WSGI handler in threads. Streams, which must hold a connection open without a thread or a database connection, have
routes under `/live/` and bypass Django.
"""

import asyncio
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.sse.asgi import App, Message, Receive, Send, not_found, send_error, send_json, set_request_id
from core.sse.cors import with_cors
from core.sse.guards import SecureSend, is_for_allowed_host, refuse_host
from fantasyf1.buffered_wsgi import BufferedWSGI
from fantasyf1.draining import ClosingSend, Drain, accept_connections
from fantasyf1.health import health_routes
from fantasyf1.process_signals import call_on_signal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")

from fantasyf1.wsgi import application as site

drain = Drain()
threads = ThreadPoolExecutor(settings.WEB_THREADS, thread_name_prefix="django")
django = BufferedWSGI(site, threads)

from drafts import event_stream as drafts  # noqa: E402 - its models need Django, which the WSGI module has set up
from fantasyf1 import person_stream  # noqa: E402 - likewise
from fantasyf1.metrics import exposition, processes  # noqa: E402 - likewise


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Route one connection."""
    if scope["type"] == "lifespan":
        await _handle_lifespan(receive, send)
    elif scope["type"] != "http":
        await send({"type": "websocket.close", "code": 1000})
    else:
        set_request_id(scope)
        await _respond(scope, receive, ClosingSend(send) if drain.is_on else send)


async def _respond(scope: Message, receive: Receive, send: Send) -> None:
    if drain.is_on and scope["path"] == "/readyz":
        await send_error(scope, send, 503, "unavailable", _("The server is restarting. Try again soon."))
    elif app := _route_without_django(scope):
        await app(scope, receive, SecureSend(scope, send))
    elif scope["path"] == exposition.PATH and exposition.is_allowed(scope):
        await exposition.metrics_page(scope, receive, SecureSend(scope, send))
    else:
        await django(scope, receive, send)


def _route_without_django(scope: Message) -> App | None:
    path: str = scope["path"]
    if not path.startswith("/live/"):
        return HEALTH_ROUTES.get(path)  # for any host: orchestrators check it by address
    if not is_for_allowed_host(scope):
        return refuse_host
    return with_cors(next((app for prefix, app in LIVE_ROUTES.items() if path.startswith(prefix)), not_found))


async def _handle_lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = (await receive())["type"].removeprefix("lifespan.")
        if event == "startup":
            for registry in REGISTRIES:
                registry.start()
            processes.start("web")
            _handle_signals()
            accept_connections()
        else:
            _stop_streams()
            processes.stop()
        await send({"type": f"lifespan.{event}.complete"})
        if event == "shutdown":
            return


def _stop_streams() -> None:
    for registry in REGISTRIES:
        registry.stop()


def _handle_signals() -> None:
    """Take SIGTERM over from the server. SIGINT still stops it at once."""
    if threading.current_thread() is threading.main_thread():
        loop = asyncio.get_running_loop()
        call_on_signal(loop, signal.SIGTERM, _begin_drain)
        _stop_streams_before(signal.SIGINT, signal.getsignal(signal.SIGINT), loop)


def _begin_drain() -> None:
    _stop_streams()
    drain.begin(settings.DRAIN_SECONDS)


def _stop_streams_before(number: int, previous: Any, loop: asyncio.AbstractEventLoop) -> None:
    """Install a signal handler that closes the streams and then calls the previous handler: granian sends
    lifespan.shutdown only after all connections have closed (2.8.7).

    A handler that the server has added to the event loop still runs: the loop's wake-up file descriptor calls it.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(_stop_streams)
        if callable(previous):
            previous(number, frame)

    signal.signal(number, handle)


async def _health(scope: Message, receive: Receive, send: Send) -> None:
    """Whether the event loop runs, which is all that streams need. /healthz also checks Django's threads."""
    if scope["path"] != "/live/health":
        await not_found(scope, receive, send)
    elif scope["method"] in ("GET", "HEAD"):
        await send_json(send, 200, {"status": "alive"}, head=scope["method"] == "HEAD")
    else:
        await send_error(scope, send, 405, "method_not_allowed", _("Use GET."), (b"allow", b"GET, HEAD"))


HEALTH_ROUTES = health_routes(threads)
# By path prefix.
LIVE_ROUTES: dict[str, App] = {
    "/live/health": _health,
    drafts.PREFIX: drafts.draft_stream,
    person_stream.PATH: person_stream.person_stream,
}
REGISTRIES = (drafts.registry, person_stream.registry)
