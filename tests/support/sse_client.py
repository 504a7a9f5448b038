"""A client that sends one request to a draft's live stream as the ASGI server would, and records the response."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from core.sse import db_thread
from core.sse.registry import ConnectionRegistry, Limits
from drafts import event_stream
from fantasyf1 import person_stream
from tests.support.cast import access_token

# Streams poll often, so that tests need not wait.
FAST_POLLING = Limits(heartbeat=60, poll_embedded=0.02, poll_with_redis=0.02, poll_without_redis=0.02)
Headers = dict[str, str]


@pytest.fixture
def serialized_sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    """Serialize database access on SQLite: its test database is in memory, where readers and writers conflict."""
    lock, run = threading.Lock(), db_thread._run

    def alone(*args: Any, **kwargs: Any) -> Any:
        with lock:
            return run(*args, **kwargs)

    if connection.vendor == "sqlite":
        monkeypatch.setattr(db_thread, "_run", alone)


def session_cookie_headers(user: User) -> Headers:
    client = Client()
    client.force_login(user, backend="accounts.backends.NameOrEmailBackend")
    return {"cookie": f"csrftoken=x; sessionid={client.cookies['sessionid'].value}"}


def bearer_headers(user: User) -> Headers:
    return {"authorization": f"Bearer {access_token(user)}"}


class AsgiStreamClient:
    """One request as the ASGI server passes it on, and the response to it."""

    def __init__(
        self,
        registry: ConnectionRegistry,
        pk: object,
        headers: Headers,
        query: str = "",
        method: str = "GET",
        path: str = "",
    ) -> None:
        self.messages: list[dict[str, Any]] = []
        self.is_reading = asyncio.Event()
        self.is_reading.set()
        self._gone = asyncio.Event()
        # The same id for all requests, so that responses can be compared.
        headers = {"x-request-id": "test", **headers}
        scope = {
            "type": "http",
            "method": method,
            "path": path or f"/live/drafts/{pk}/",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "query_string": query.encode(),
        }
        serve = person_stream.serve_stream if path else event_stream.serve_stream
        self.task = asyncio.create_task(serve(registry, scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self.is_reading.wait()
        self.messages.append(dict(message))
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._gone.set()

    def disconnect(self) -> None:
        self._gone.set()

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.messages).decode()

    @property
    def sse_events(self) -> list[dict[str, str]]:
        """The events as a client reads them."""
        parts = [part.splitlines() for part in self.text.split("\n\n") if part.startswith("event: ")]
        return [dict(line.split(": ", 1) for line in lines) for lines in parts]

    @property
    def seqs(self) -> list[int]:
        return [int(block["id"]) for block in self.sse_events if block["event"] == "draft"]

    async def wait_until(self, is_so: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not is_so():
                await asyncio.sleep(0.01)

    async def wait_until_seq(self, seq: int) -> None:
        await self.wait_until(lambda: self.seqs and self.seqs[-1] >= seq)

    async def wait_until_closed(self) -> None:
        await asyncio.wait_for(self.task, 10)


@asynccontextmanager
async def running_registry(
    limits: Limits = FAST_POLLING, registry: ConnectionRegistry | None = None
) -> AsyncIterator[ConnectionRegistry]:
    registry = registry or ConnectionRegistry(event_stream.DraftTopic(), limits)
    registry.start()
    yield registry
    registry.stop()
    for read in (registry._events_thread, registry._auth_thread):
        await asyncio.to_thread(read._pool.shutdown)
