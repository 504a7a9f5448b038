"""A WSGI application behind ASGI whose answers are sent when they are there as a whole.

a2wsgi sends them part by part, and its thread waits for the loop at every part: three times for an answer of a few
hundred bytes, which takes longer than the answer.
"""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import Any, cast

from a2wsgi.wsgi import Body, build_environ

from .live.asgi import Message, Receive, Send

WsgiApp = Callable[..., Iterable[bytes]]


class AtOnce:
    """Runs the application in a thread of the executor. For answers that fit the memory."""

    def __init__(self, application: WsgiApp, executor: Executor) -> None:
        self.application, self.executor = application, executor

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        # Casts: a2wsgi names the same shapes by types of its own.
        environ = cast("dict[str, Any]", build_environ(cast("Any", scope), Body(loop, cast("Any", body_of(receive)))))
        start, body = await loop.run_in_executor(self.executor, self._answer, environ)
        await send(start)
        await send({"type": "http.response.body", "body": body})

    def _answer(self, environ: dict[str, Any]) -> tuple[Message, bytes]:
        start: Message = {"type": "http.response.start"}

        def start_response(status: str, headers: list[tuple[str, str]], *fault: Any) -> None:
            start["status"] = int(status[:3])
            start["headers"] = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]

        parts = self.application(environ, start_response)
        try:
            return start, b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()


def body_of(receive: Receive) -> Receive:
    """A thread's `read` waits for the body, for which a2wsgi wants a real coroutine: granian's `receive` gives another
    kind of awaitable."""

    async def body() -> Message:
        return await receive()

    return body
