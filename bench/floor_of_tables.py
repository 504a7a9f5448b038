"""The floor under the leaderboard: the least that a WSGI application on the same server has to do for the same bytes.

`bench.floor_of_tables:read` is the application; `PORT=8000 python -m bench.floor_of_tables` serves it by ASGI. Whoever
brings a good token gets the bytes that Redis has, or 304 where he has them. It knows nothing of sign-ins that have
ended, of who is in which league, of limits, and of other addresses.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
from redis import Redis

from fantasyf1.kit.at_once import AtOnce
from fantasyf1.kit.live.asgi import Message, Receive, Send

from . import floor

BYTES, TAG = "floor:bytes", "floor:tag"
THREADS = 8
_own = threading.local()


def redis() -> "Redis[bytes]":
    if not hasattr(_own, "redis"):
        _own.redis = Redis.from_url(os.environ["REDIS_URL"], single_connection_client=True)
    client: Redis[bytes] = _own.redis
    return client


def read(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Either way the token is checked, and Redis is asked once."""
    token = environ["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    key = os.environ["JWT_SIGNING_KEY"]
    jwt.decode(token, key, algorithms=["HS256"], audience="fantasyf1-api", issuer="fantasyf1")
    if had := environ.get("HTTP_IF_NONE_MATCH"):
        if (redis().get(TAG) or b"").decode() != had:
            start_response("412 Precondition Failed", [("Content-Length", "0")])
        else:
            start_response("304 Not Modified", [("ETag", had), ("Content-Length", "0")])
        return [b""]
    body = redis().get(BYTES) or b""
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


door = AtOnce(read, ThreadPoolExecutor(THREADS))


async def application(scope: Message, receive: Receive, send: Send) -> None:
    is_read = scope["type"] == "http" and scope["path"].startswith("/api/")
    await (door if is_read else floor.application)(scope, receive, send)


if __name__ == "__main__":
    asyncio.run(floor.serve(application))
