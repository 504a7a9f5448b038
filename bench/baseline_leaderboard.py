"""The baseline of the leaderboard benchmark: a bare WSGI application that sends the same bytes on the same server.

`PORT=8000 python -m bench.baseline_leaderboard` serves it. It checks the token and responds with the bytes in
Redis, or with 304 if the client has them. It does not check revoked sign-ins, membership, rate limits or the URL.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
from redis import Redis

from core.sse.asgi import Message, Receive, Send
from fantasyf1.buffered_wsgi import BufferedWSGI

from . import baseline_stream

BYTES, TAG = "floor:bytes", "floor:tag"
THREADS = 8
_thread = threading.local()


def redis() -> "Redis[bytes]":
    if not hasattr(_thread, "redis"):
        _thread.redis = Redis.from_url(os.environ["REDIS_URL"], single_connection_client=True)
    client: Redis[bytes] = _thread.redis
    return client


def wsgi_application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Check the token, and read Redis once."""
    token = environ["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    key = os.environ["JWT_SIGNING_KEY"]
    jwt.decode(token, key, algorithms=["HS256"], audience="fantasyf1-api", issuer="fantasyf1")
    if etag := environ.get("HTTP_IF_NONE_MATCH"):
        if (redis().get(TAG) or b"").decode() != etag:
            start_response("412 Precondition Failed", [("Content-Length", "0")])
        else:
            start_response("304 Not Modified", [("ETag", etag), ("Content-Length", "0")])
        return [b""]
    body = redis().get(BYTES) or b""
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


leaderboard = BufferedWSGI(wsgi_application, ThreadPoolExecutor(THREADS))


async def application(scope: Message, receive: Receive, send: Send) -> None:
    is_api = scope["type"] == "http" and scope["path"].startswith("/api/")
    await (leaderboard if is_api else baseline_stream.application)(scope, receive, send)


if __name__ == "__main__":
    asyncio.run(baseline_stream.serve(application))
