"""The floor under the streams: the least that an ASGI application on the same server has to do for the same bytes.

`PORT=8000 python -m bench.floor`: whoever asks for /live/ gets what is posted to /fire, until he goes.
"""

import asyncio
import os
import resource
import signal
from contextlib import suppress

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from fantasyf1.kit.live.asgi import App, Message, Receive, Send

START: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")],
}
OPEN: dict[Send, None] = {}


async def application(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        for event in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{event}.complete"})
    elif scope["path"] == "/fire":
        await _fire((await receive())["body"])
        await _answer(send)
    elif scope["path"] == "/live/health":
        await _answer(send)
    else:
        await _hold(receive, send)


async def _hold(receive: Receive, send: Send) -> None:
    await send(START)
    await send({"type": "http.response.body", "body": b":\n\n", "more_body": True})
    OPEN[send] = None
    with suppress(asyncio.CancelledError):  # at the end, which does not matter here
        while (await receive())["type"] != "http.disconnect":
            pass
    del OPEN[send]


async def _fire(body: bytes) -> None:
    message: Message = {"type": "http.response.body", "body": body, "more_body": True}
    for send in list(OPEN):
        await send(message)


async def _answer(send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def serve(served: App = application) -> None:
    """The server as `fantasyf1.processes` has it."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = Server(
        served,
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
