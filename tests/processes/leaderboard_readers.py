"""Clients of the API that keep their connection, and those of them who watch tables that change."""

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
# Of the servers that they ask: without TLS, and as often as they like.
SERVER_ENV = {"HTTPS": "false", "API_PER_MINUTE_AND_USER": "0", "API_PER_MINUTE_AND_ADDRESS": "0"}


class Response(NamedTuple):
    """An answer as it came over the wire; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class KeepAliveClient:
    """One connection, which is opened when it is needed and again after it was cut."""

    def __init__(self, port: int, token: str = "") -> None:
        self.port, self.token = port, token
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str, tag: str = "") -> Response:
        """The answer to a GET. Raises `OSError`, `EOFError` or `TimeoutError` where there is none."""
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
    """Compares what a `tests.processes.rescoring_worker` has committed with the leaderboards that readers were sent."""

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
        """Let all members read on these ports until the stand has done what it is told."""
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
        """Ask for tables, half of the time for a newer one than the last."""
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
