"""A server with one thread and responses of any size: `/memory/<bytes>` from memory, `/file/<bytes>` from a file.

`PORT=8000 python -m tests.processes.large_response_server` serves it as the site is served.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench import baseline_stream
from core.sse.asgi import Message, Receive, Send
from fantasyf1.buffered_wsgi import BufferedWSGI


def wsgi_application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    _, kind, size = environ["PATH_INFO"].split("/")
    start_response("200 OK", [("Content-Length", size)])
    if kind == "memory":
        return [bytes(int(size))]
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the server closes it
    file.truncate(int(size))
    wrapped: Iterable[bytes] = environ["wsgi.file_wrapper"](file)
    return wrapped


large_responses = BufferedWSGI(wsgi_application, ThreadPoolExecutor(1))


async def application(scope: Message, receive: Receive, send: Send) -> None:
    is_live = scope["type"] != "http" or scope["path"].startswith("/live/")
    await (baseline_stream.application if is_live else large_responses)(scope, receive, send)


if __name__ == "__main__":
    asyncio.run(baseline_stream.serve(application))
