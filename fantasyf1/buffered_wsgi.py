"""A WSGI-to-ASGI adapter that buffers the response and sends it whole.

a2wsgi sends a response in parts, and its thread waits for the event loop at every part: three times for a response of a
few hundred bytes, which takes longer than creating it.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import Any, cast

from a2wsgi.wsgi import Body, build_environ

from core.sse.asgi import Message, Receive, Send

WsgiApp = Callable[..., Iterable[bytes]]


class BufferedWSGI:
    """Runs the application in a thread of the executor. For responses that fit in memory."""

    def __init__(self, application: WsgiApp, executor: Executor) -> None:
        self.application, self.executor = application, executor

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        # Casts: a2wsgi has its own names for the same types.
        environ = cast(
            "dict[str, Any]", build_environ(cast("Any", scope), Body(loop, cast("Any", awaitable_receive(receive))))
        )
        start, body = await loop.run_in_executor(self.executor, self._run, environ)
        await send(start)
        await send({"type": "http.response.body", "body": body})

    def _run(self, environ: dict[str, Any]) -> tuple[Message, bytes]:
        start: Message = {"type": "http.response.start"}

        def start_response(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> None:
            start["status"] = int(status[:3])
            start["headers"] = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]

        parts = self.application(environ, start_response)
        try:
            return start, b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()


def awaitable_receive(receive: Receive) -> Receive:
    """Wrap `receive` in a coroutine function. a2wsgi needs a coroutine to wait for the body in its thread; granian's
    `receive` returns another kind of awaitable."""

    async def body() -> Message:
        return await receive()

    return body
