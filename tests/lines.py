"""A live stream by hand: one request to the live door of a draft as the server hands it on, and what it is answered."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from drafts import live
from fantasyf1.kit.live import reader
from fantasyf1.kit.live.hub import Hub, Limits
from tests.cast import access_token

# Looks come soon, so that nobody waits for them here.
LATER = Limits(heartbeat=60, look_embedded=0.02, look_with_redis=0.02, look_without_redis=0.02)
Headers = dict[str, str]


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite the tests' database is in memory, where readers and writers do not get on as they do in a file."""
    lock, run = threading.Lock(), reader._run

    def alone(*args: Any, **kwargs: Any) -> Any:
        with lock:
            return run(*args, **kwargs)

    if connection.vendor == "sqlite":
        monkeypatch.setattr(reader, "_run", alone)


def cookie_of(user: User) -> Headers:
    client = Client()
    client.force_login(user, backend="accounts.backends.NameOrEmailBackend")
    return {"cookie": f"csrftoken=x; sessionid={client.cookies['sessionid'].value}"}


def token_of(user: User) -> Headers:
    return {"authorization": f"Bearer {access_token(user)}"}


class Line:
    """One request as the server hands it on, and what it was answered."""

    def __init__(self, hub: Hub, pk: object, headers: Headers, query: str = "", method: str = "GET") -> None:
        self.messages: list[dict[str, Any]] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self._gone = asyncio.Event()
        scope = {
            "type": "http",
            "method": method,
            "path": f"/live/drafts/{pk}/",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "query_string": query.encode(),
        }
        self.task = asyncio.create_task(live.follow(hub, scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self.reads.wait()
        self.messages.append(dict(message))
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self._gone.set()

    def hang_up(self) -> None:
        self._gone.set()

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.messages).decode()

    @property
    def blocks(self) -> list[dict[str, str]]:
        """The events, as a client reads them."""
        parts = [part.splitlines() for part in self.text.split("\n\n") if part.startswith("event: ")]
        return [dict(line.split(": ", 1) for line in lines) for lines in parts]

    @property
    def seqs(self) -> list[int]:
        return [int(block["id"]) for block in self.blocks if block["event"] == "draft"]

    async def until(self, is_so: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not is_so():
                await asyncio.sleep(0.01)

    async def until_seq(self, seq: int) -> None:
        await self.until(lambda: self.seqs and self.seqs[-1] >= seq)

    async def until_over(self) -> None:
        await asyncio.wait_for(self.task, 10)


@asynccontextmanager
async def running(limits: Limits = LATER) -> AsyncIterator[Hub]:
    hub = Hub(live.Drafts(), limits)
    hub.start()
    yield hub
    hub.stop()
    for read in (hub._read_events, hub._read_people):
        await asyncio.to_thread(read._pool.shutdown)
