"""How responses are sent to clients that read slowly or not at all."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest

from core.sse.asgi import Message
from fantasyf1 import buffered_wsgi
from fantasyf1.buffered_wsgi import PART_BYTES, BufferedWSGI

SCOPE: Message = {
    "type": "http",
    "http_version": "1.1",
    "method": "GET",
    "path": "/",
    "query_string": b"",
    "headers": [],
}


class Response:
    """A WSGI application that responds with three parts, from memory or from a file."""

    def __init__(self, kind: str) -> None:
        self.kind, self.file = kind, BytesIO(bytes(3 * PART_BYTES))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", str(3 * PART_BYTES))])
        if self.kind == "memory":
            return [self.file.getvalue()]
        wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](self.file)
        return wrapped


async def receive() -> Message:
    raise AssertionError("the request has no body")


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_client_that_does_not_read_is_given_up(monkeypatch, kind):
    monkeypatch.setattr(buffered_wsgi, "PART_SECONDS", 0.01)
    response, sent = Response(kind), []

    async def send(message: Message) -> None:
        sent.append(message["type"])
        if len(sent) == 3:
            await asyncio.Event().wait()

    with ThreadPoolExecutor(1) as threads:
        asyncio.run(BufferedWSGI(response, threads)(SCOPE, receive, send))
    assert sent == ["http.response.start", "http.response.body", "http.response.body"]
    assert response.file.closed == (kind == "file")


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_no_thread_is_held_between_two_parts(kind):
    async def respond() -> int:
        with ThreadPoolExecutor(1) as threads:
            free_threads = 0

            async def send(message: Message) -> None:
                nonlocal free_threads
                await asyncio.get_running_loop().run_in_executor(threads, int)
                free_threads += 1

            await BufferedWSGI(Response(kind), threads)(SCOPE, receive, send)
            return free_threads

    assert asyncio.run(respond()) >= 4
