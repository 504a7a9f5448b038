"""A WSGI-to-ASGI adapter that takes a thread only while the application runs.

The request's body is read before that, and the response is sent afterwards, both in the event loop. So a client that
sends or reads slowly holds a connection, but no thread. It is also faster than a2wsgi's own adapter, which sends a
response in parts while its thread waits for the event loop.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import suppress
from io import BytesIO
from typing import IO, Any, cast

from a2wsgi.wsgi import build_environ

from core.sse.asgi import Message, Receive, Send
from fantasyf1.request_bodies import BodyReader, BodyRefusedError, send_refusal

WsgiApp = Callable[..., Iterable[bytes]]

# A response that is larger is sent in parts of this size. The server buffers about one, and a client that does not take
# another one within the time is disconnected.
PART_BYTES = 64 * 1024
PART_SECONDS = 15


class FileBody:
    """A file as the body of a response: the `wsgi.file_wrapper` of PEP 3333."""

    def __init__(self, file: IO[bytes], block_size: int = PART_BYTES) -> None:
        self.file = file

    def __iter__(self) -> Iterator[bytes]:
        while part := self.file.read(PART_BYTES):
            yield part

    def close(self) -> None:
        self.file.close()


class BufferedWSGI:
    """Runs the application in a thread of the executor. Its responses, except for files, must fit in memory."""

    def __init__(self, application: WsgiApp, executor: Executor) -> None:
        self.application, self.executor = application, executor
        self.bodies = BodyReader()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            body = await self.bodies.read(scope, receive)
        except BodyRefusedError as refusal:
            await send_refusal(scope, send, refusal)
        else:
            await self._respond(scope, body, send)

    async def _respond(self, scope: Message, body: bytes, send: Send) -> None:
        start, response = await self._in_thread(self._run, _environ(scope, body))
        await send(start)
        if isinstance(response, FileBody):
            await self._send_file(response, send)
        elif len(response) <= PART_BYTES or scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": response})
        else:
            await _send_parts(response, send)

    async def _in_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run in the context of the thread: Django keeps its cache connections there, with their circuit breakers."""
        return await asyncio.get_running_loop().run_in_executor(self.executor, function, *arguments)

    def _run(self, environ: dict[str, Any]) -> tuple[Message, bytes | FileBody]:
        start: Message = {"type": "http.response.start"}

        def start_response(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> None:
            start["status"] = int(status[:3])
            start["headers"] = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]

        parts = self.application(environ, start_response)
        if isinstance(parts, FileBody):
            return start, parts
        try:
            return start, b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()

    async def _send_file(self, body: FileBody, send: Send) -> None:
        """Read the file in parts, each in a thread when the client has taken the one before."""
        try:
            with suppress(TimeoutError):
                while part := await self._in_thread(body.file.read, PART_BYTES):
                    await _send_part(part, send, more_body=True)
                await _send_part(b"", send, more_body=False)
        finally:
            await self._in_thread(body.close)


def _environ(scope: Message, body: bytes) -> dict[str, Any]:
    # Casts: a2wsgi has its own names for the same types.
    environ = cast("dict[str, Any]", build_environ(cast("Any", scope), cast("Any", BytesIO(body))))
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))  # missing if the body came in chunks
    environ["wsgi.file_wrapper"] = FileBody
    return environ


async def _send_parts(body: bytes, send: Send) -> None:
    with suppress(TimeoutError):
        for start in range(0, len(body), PART_BYTES):
            end = start + PART_BYTES
            await _send_part(body[start:end], send, more_body=end < len(body))


async def _send_part(part: bytes, send: Send, *, more_body: bool) -> None:
    """Send a part of a response. Raises `TimeoutError` if the client does not read.

    The caller then ends without sending the rest, and the server closes the connection.
    """
    async with asyncio.timeout(PART_SECONDS):
        await send({"type": "http.response.body", "body": part, "more_body": more_body})
