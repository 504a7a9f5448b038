"""ASGI types, and helpers to read requests and send JSON without Django."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]


async def send_json(send: Send, status: int, content: dict[str, str], *headers: Header, head: bool = False) -> None:
    """Send a complete JSON response; `head` leaves out the body."""
    body = json.dumps(content).encode()
    standard = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*standard, length, *headers]})
    await send({"type": "http.response.body", "body": b"" if head else body})


async def not_found(scope: Message, receive: Receive, send: Send) -> None:
    """The response for what does not exist and for what the client may not see: they must be indistinguishable."""
    await send_json(send, 404, {"detail": "Not found."}, head=scope["method"] == "HEAD")


def get_header(scope: Message, name: bytes) -> str:
    """The value of a request header, empty if it is missing. `name` is in lower case."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def get_query_parameter(scope: Message, name: str) -> str:
    """The last value of a query parameter, empty if it is missing."""
    values: list[str] = parse_qs(scope["query_string"].decode("latin-1")).get(name, [""])
    return values[-1]
