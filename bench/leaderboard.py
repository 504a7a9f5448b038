"""Benchmark of a league's leaderboard in the API, with a token and for members only.

The floor is a raw WSGI application on the same server (`bench.baseline_leaderboard`) that checks the token and reads
the bytes from Redis. The same clients request the same bytes from both in turns, as full responses and as 304. The
cached authentication of the users is deleted between two turns, so each turn starts with all of them in Django.
"""

import asyncio
import os
import secrets
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from redis import Redis

from tests.processes.leaderboard_readers import KeepAliveClient
from tests.support.servers import Server, WorkerProcess, database_env

from .cores import MEASURED_CORE, SERVICES_CORE, can_pin_cores, on_core

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "script"))

from services import Services

from .report import Case, Report, percentile

PEOPLE, CONSTRUCTORS = 16, 10
# Requests are counted against the rate limits as usual, but never refused.
RATE_LIMITS = {"API_PER_MINUTE_AND_USER": "1000000000", "API_PER_MINUTE_AND_ADDRESS": "1000000000"}
NOTES = (
    "Requests a second, the median of the turns, by 16 people with a connection each. Floor: the same bytes from a raw",
    "WSGI application on the same server (fantasyf1/buffered_wsgi.py) that checks the token and asks Redis once.",
)
SIDES, KINDS = ("ours", "floor"), ("in full", "not modified")


class Client(asyncio.Protocol):
    """A keep-alive connection that sends the next request after each response, at as little cost as possible.

    `times` has the seconds of each response.
    """

    def __init__(self, request: bytes, status: bytes, until: float) -> None:
        self.request, self.expected, self.until = request, b"HTTP/1.1 " + status, until
        self.has_body = status == b"200"
        self.times: list[float] = []
        self.failure = ""
        self.buffer = b""
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self._send_request()

    def _send_request(self) -> None:
        self.began = time.monotonic()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        header_end = self.buffer.find(b"\r\n\r\n")
        if header_end < 0:
            return
        if not self.buffer.startswith(self.expected):
            self.failure = self.buffer[:300].decode(errors="replace")
        elif self.has_body:
            start = self.buffer.index(b"content-length: ", 0, header_end) + 16
            if len(self.buffer) < header_end + 4 + int(self.buffer[start : self.buffer.index(b"\r\n", start)]):
                return
        self.buffer = b""
        now = time.monotonic()
        self.times.append(now - self.began)
        if now < self.until and not self.failure:
            self._send_request()
        else:
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


class Comparison:
    """Runs all sides in turns. `servers` has a server process for each side, all on one Redis.

    `etag` is the one of the response to expect, `seconds` the length of a turn.
    """

    def __init__(
        self,
        servers: dict[str, Server],
        tokens: list[str],
        path: str,
        etag: str,
        seconds: float,
        clear_auth_cache: Callable[[], None],
    ) -> None:
        self.servers, self.tokens, self.path, self.etag, self.seconds = servers, tokens, path, etag, seconds
        self.clear_auth_cache = clear_auth_cache
        self.rates: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.times: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.client_load: list[float] = []
        self.failures: list[str] = []

    async def run_turn(self, side: str, kind: str, *, is_counted: bool = True) -> None:
        port, loop = self.servers[side].port, asyncio.get_running_loop()
        status = b"304" if kind == "not modified" else b"200"
        requests = [self._request(port, token, kind) for token in self.tokens]
        await asyncio.to_thread(self.clear_auth_cache)
        began, cpu_began = time.monotonic(), time.process_time()
        created = [Client(request, status, began + self.seconds) for request in requests]
        for client in created:
            await loop.create_connection(lambda: client, "127.0.0.1", port)  # noqa: B023 - it is made here
        await asyncio.gather(*(client.ended for client in created))
        seconds = time.monotonic() - began
        self.failures += [f"{side}, {kind}: {client.failure}" for client in created if client.failure]
        if is_counted:
            times = [seconds_taken for client in created for seconds_taken in client.times]
            self.rates[side, kind].append(len(times) / seconds)
            self.times[side, kind] += times
            self.client_load.append((time.process_time() - cpu_began) / seconds)

    def _request(self, port: int, token: str, kind: str) -> bytes:
        lines = [f"GET {self.path} HTTP/1.1", f"Host: localhost:{port}", f"Authorization: Bearer {token}"]
        lines += [f"If-None-Match: {self.etag}"] * (kind == "not modified")
        return "\r\n".join([*lines, "", ""]).encode()

    async def run(self, rounds: int) -> None:
        """Run a warm-up round that is not counted, and then `rounds` rounds."""
        for number in range(rounds + 1):
            for kind in KINDS:
                for side in self.servers:
                    await self.run_turn(side, kind, is_counted=number > 0)

    def report(self, length: int) -> Report:
        cases = []
        for kind in KINDS:
            ours, floor = (statistics.median(self.rates[side, kind]) for side in SIDES)
            cases.append(Case(kind, ours, floor, "requests/s"))
            ours, floor = (percentile(self.times[side, kind], 0.99) * 1000 for side in SIDES)
            cases.append(Case(f"{kind}, p99", ours, floor, "ms"))
        facts: dict[str, float | int | str] = {
            "bytes": length,
            "turns": len(next(iter(self.rates.values()))),
            "% of its core that the client worked at most": round(max(self.client_load) * 100),
            "cores": "apart" if can_pin_cores() else "shared",
        }
        return Report("leaderboard", cases, facts=facts, notes=NOTES, failures=self.failures)


@contextmanager
def sides(env: dict[str, str]) -> Iterator[dict[str, Server]]:
    with ExitStack() as stack:
        servers = {"ours": Server(env), "floor": Server(env, ("bench.baseline_leaderboard",))}
        for server in servers.values():
            stack.callback(server.stop)
        yield servers


async def fetch_leaderboard(port: int, token: str, path: str) -> tuple[str, bytes]:
    """The ETag and the bytes of the leaderboard."""
    reader = KeepAliveClient(port, token)
    response = await reader.ask(path)
    reader.disconnect()
    if response.status != 200:
        raise SystemExit(f"The table was answered {response.status}: {response.body[:300]!r}")
    return response.headers["etag"], response.body


def measure(folder: Path, *, rounds: int, seconds: float) -> Report:
    with ExitStack() as stack:
        env = stack.enter_context(database_env(folder)) | {"HTTPS": "false", "JWT_SIGNING_KEY": secrets.token_hex(32)}
        env |= RATE_LIMITS
        with on_core(SERVICES_CORE):
            rescorer = WorkerProcess(env, "tests.processes.rescoring_worker", "1", str(PEOPLE), str(CONSTRUCTORS))
        stack.callback(rescorer.close)
        with on_core(MEASURED_CORE):
            servers = stack.enter_context(sides(env))
        path, tokens = f"/api/v1/leagues/{rescorer.created['leagues'][0]}/leaderboard", rescorer.created["tokens"]
        etag, body = asyncio.run(fetch_leaderboard(servers["ours"].port, tokens[0], path))
        redis = stack.enter_context(Redis.from_url(env["REDIS_URL"], db=1))

        def clear_auth_cache() -> None:
            keys = [*redis.scan_iter("*:seen:*"), *redis.scan_iter("*:tag:*")]
            redis.delete("nothing", *keys)

        with Redis.from_url(env["REDIS_URL"]) as floor_redis:
            floor_redis.mset({"floor:bytes": body, "floor:tag": etag})
        comparison = Comparison(servers, tokens, path, etag, seconds, clear_auth_cache)
        with on_core(SERVICES_CORE):
            asyncio.run(comparison.run(rounds))
        return comparison.report(len(body))


def run(*, quick: bool = False) -> Report:
    """Run five turns of five seconds for each side, or two of half a second."""
    with tempfile.TemporaryDirectory(prefix="fantasyf1-bench-") as folder, ExitStack() as stack:
        with on_core(SERVICES_CORE):
            os.environ.update(stack.enter_context(Services()).env)
        return measure(Path(folder), rounds=2 if quick else 5, seconds=0.5 if quick else 5)
