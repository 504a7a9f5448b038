"""The baseline of the streams benchmark: a bare ASGI application that sends the same bytes on the same server.

Run it with `PORT=8000 python -m bench.baseline_stream`. A POST to /fire sends its body to every client of /live/.
"""

import asyncio
import os
import resource
import signal
from contextlib import suppress

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from core.sse.asgi import App, Message, Receive, Send

START: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")],
}
CONNECTED: dict[Send, None] = {}


async def application(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        for event in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{event}.complete"})
    elif scope["path"] == "/fire":
        await _broadcast((await receive())["body"])
        await _send_empty_response(send)
    elif scope["path"] == "/live/health":
        await _send_empty_response(send)
    else:
        await _stream(receive, send)


async def _stream(receive: Receive, send: Send) -> None:
    await send(START)
    await send({"type": "http.response.body", "body": b":\n\n", "more_body": True})
    CONNECTED[send] = None
    with suppress(asyncio.CancelledError):  # raised when the server stops
        while (await receive())["type"] != "http.disconnect":
            pass
    del CONNECTED[send]


async def _broadcast(body: bytes) -> None:
    message: Message = {"type": "http.response.body", "body": body, "more_body": True}
    for send in list(CONNECTED):
        await send(message)


async def _send_empty_response(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def serve(app: App = application) -> None:
    """Serve an ASGI application with the settings that `fantasyf1.ops.entrypoints` uses."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = Server(
        app,
        port=int(os.environ["PORT"]),
        interface=Interfaces.ASGI,
        websockets=False,
        http=HTTPModes.http1,
        backlog=1024,
        backpressure=16_384,
        log_level=LogLevels.error,
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: os._exit(0))
    await server.serve()


if __name__ == "__main__":
    asyncio.run(serve())
