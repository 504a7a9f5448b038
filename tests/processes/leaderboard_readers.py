"""API clients that keep their connection open, and a check that their leaderboards are never stale."""

import asyncio
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, NamedTuple

from tests.support.servers import WorkerProcess

RESPONSE_TIMEOUT_SECONDS = 60
# For the servers under test: no TLS and no rate limits.
SERVER_ENV = {"HTTPS": "false", "API_PER_MINUTE_AND_USER": "0", "API_PER_MINUTE_AND_ADDRESS": "0"}


class Response(NamedTuple):
    """A response as the server sent it; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class KeepAliveClient:
    """One keep-alive connection, opened when it is needed and reopened after it was closed."""

    def __init__(self, port: int, token: str = "") -> None:
        self.port, self.token = port, token
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str, tag: str = "") -> Response:
        """Send a GET request. Raises `OSError`, `EOFError` or `TimeoutError` if there is no response."""
        try:
            async with asyncio.timeout(RESPONSE_TIMEOUT_SECONDS):
                return await self._exchange(path, tag)
        except BaseException:
            self.disconnect()
            raise

    async def _exchange(self, path: str, tag: str) -> Response:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        lines = [f"GET {path} HTTP/1.1", f"Host: localhost:{self.port}"]
        lines += [f"Authorization: Bearer {self.token}"] * bool(self.token)
        lines += [f"If-None-Match: {tag}"] * bool(tag)
        writer.write("\r\n".join([*lines, "", ""]).encode())
        status, *fields = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
        headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Response(int(status.split()[1]), headers, body)

    def disconnect(self) -> None:
        if self.streams is not None:
            self.streams[1].transport.abort()
            self.streams = None


class StaleReadWatch:
    """Compares the commits of a `tests.processes.rescoring_worker` with the leaderboards that readers receive."""

    def __init__(self, rescorer: WorkerProcess) -> None:
        self.rescorer = rescorer
        self.versions: dict[int, int] = dict.fromkeys(rescorer.created["leagues"], 0)
        self.statuses: Counter[int] = Counter()
        self.stale_reads: list[str] = []
        self.times: list[float] = []
        self.is_over = False

    async def watch(
        self, ports: Sequence[int], command: str, meanwhile: Callable[[], Coroutine[Any, Any, None]] | None = None
    ) -> None:
        """Let all members read on these ports until the re-scorer has finished the command."""
        readers = [KeepAliveClient(random.choice(ports), token) for token in self.rescorer.created["tokens"]]
        self.rescorer.send(command)
        others = [meanwhile()] if meanwhile else []
        await asyncio.gather(asyncio.to_thread(self._collect_commits), *others, *map(self._read, readers))
        for reader in readers:
            reader.disconnect()

    def _collect_commits(self) -> None:
        while said := self.rescorer.answer():
            self.versions[said["league"]] = max(self.versions[said["league"]], said["version"])
        self.is_over = True

    async def _read(self, reader: KeepAliveClient) -> None:
        """Request leaderboards, half of the time with the ETag of the previous response."""
        tags: dict[int, str] = {}
        while not self.is_over:
            league = random.choice(list(self.versions))
            committed, began = self.versions[league], time.monotonic()
            tag = tags.get(league, "") if random.random() < 0.5 else ""
            answer = await reader.ask(f"/api/v1/leagues/{league}/leaderboard", tag)
            self.times.append(time.monotonic() - began)
            self.statuses[answer.status] += 1
            self._check(answer, league, committed)
            tags[league] = answer.headers.get("etag", "")

    def _check(self, answer: Response, league: int, committed: int) -> None:
        if answer.status not in (200, 304):
            self.stale_reads.append(f"{answer.status}: {answer.body[:200]!r}")
            return
        found = re.search(r":v(\d+)\.", answer.headers["etag"])
        version = int(found[1]) if found else -1
        if version < committed:
            self.stale_reads.append(f"League {league} was told version {version} after {committed} was committed.")
        if answer.status == 200 and json.loads(answer.body)["items"][0]["points"] != str(version):
            self.stale_reads.append(f"League {league}: version {version} has another table.")
