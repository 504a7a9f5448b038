"""Benchmark of a league's leaderboard in the API, with a token and for members only.

The floor is a raw WSGI application on the same server (`bench.baseline_leaderboard`) that checks the token and reads
the bytes from Redis. The same clients request the same bytes from both in turns, as full responses and as 304. The
cached authentication of the users is deleted between two turns, so each turn starts with all of them in Django.
"""

import asyncio
import os
import secrets
import socket
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from redis import Redis

from tests.processes.leaderboard_readers import KeepAliveClient
from tests.support.servers import Server, WorkerProcess, database_env
from tests.test_supervisor import free_port

from .cores import MEASURED_CORE, SERVICES_CORE, can_pin_cores, on_core

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "script"))

from services import Services

from .report import Case, Report, percentile

PEOPLE, CONSTRUCTORS = 16, 10
# Requests are counted against the rate limits as usual, but never refused.
LIMITS = {"API_PER_MINUTE_AND_USER": "1000000000", "API_PER_MINUTE_AND_ADDRESS": "1000000000"}
NOTES = (
    "Requests a second, the median of the turns, by 16 people with a connection each. Floor: the same bytes from a raw",
    "WSGI application on the same server that checks the token and asks Redis once. First as pages are served in",
    "production (granian's WSGI), then by the one process of a small installation (ASGI, fantasyf1/buffered_wsgi.py).",
)
THREADS = "8"
SIDES, DOORS, KINDS = ("ours", "floor"), ("WSGI", "ASGI"), ("in full", "not modified")


class Client(asyncio.Protocol):
    """A keep-alive connection that sends the next request after each response, at as little cost as possible."""

    def __init__(self, request: bytes, status: bytes, until: float) -> None:
        self.request, self.expected, self.until = request, b"HTTP/1.1 " + status, until
        self.has_body = status == b"200"
        self.times: list[float] = []
        self.failure = ""
        self.held = b""
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self._ask()

    def _ask(self) -> None:
        self.began = time.monotonic()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.held += data
        head = self.held.find(b"\r\n\r\n")
        if head < 0:
            return
        if not self.held.startswith(self.expected):
            self.failure = self.held[:300].decode(errors="replace")
        elif self.has_body:
            place = self.held.index(b"content-length: ", 0, head) + 16
            if len(self.held) < head + 4 + int(self.held[place : self.held.index(b"\r\n", place)]):
                return
        self.held = b""
        now = time.monotonic()
        self.times.append(now - self.began)
        if now < self.until and not self.failure:
            self._ask()
        else:
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


class Contest:
    """Runs all sides in turns: each by its name, with its own server process, all on one Redis."""

    def __init__(
        self,
        servers: dict[str, Server],
        tokens: list[str],
        path: str,
        tag: str,
        seconds: float,
        forget: Callable[[], None],
    ) -> None:
        self.servers, self.tokens, self.path, self.tag, self.seconds = servers, tokens, path, tag, seconds
        self.forget = forget
        self.rates: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.times: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.busy: list[float] = []
        self.failures: list[str] = []

    async def turn(self, side: str, kind: str, *, is_counted: bool = True) -> None:
        port, loop = self.servers[side].port, asyncio.get_running_loop()
        status = b"304" if kind == "not modified" else b"200"
        requests = [self._request(port, token, kind) for token in self.tokens]
        await asyncio.to_thread(self.forget)
        began, worked = time.monotonic(), time.process_time()
        created = [Client(request, status, began + self.seconds) for request in requests]
        for client in created:
            await loop.create_connection(lambda: client, "127.0.0.1", port)  # noqa: B023 - it is made here
        await asyncio.gather(*(client.ended for client in created))
        passed = time.monotonic() - began
        self.failures += [f"{side}, {kind}: {client.failure}" for client in created if client.failure]
        if is_counted:
            times = [one for client in created for one in client.times]
            self.rates[side, kind].append(len(times) / passed)
            self.times[side, kind] += times
            self.busy.append((time.process_time() - worked) / passed)

    def _request(self, port: int, token: str, kind: str) -> bytes:
        lines = [f"GET {self.path} HTTP/1.1", f"Host: localhost:{port}", f"Authorization: Bearer {token}"]
        lines += [f"If-None-Match: {self.tag}"] * (kind == "not modified")
        return "\r\n".join([*lines, "", ""]).encode()

    async def play(self, rounds: int) -> None:
        for number in range(rounds + 1):
            for kind in KINDS:
                for side in self.servers:
                    await self.turn(side, kind, is_counted=number > 0)

    def report(self, length: int) -> Report:
        cases = []
        for door in DOORS:
            for kind in KINDS:
                ours, floor = (statistics.median(self.rates[f"{side}, {door}", kind]) for side in SIDES)
                cases.append(Case(f"{door}, {kind}", ours, floor, "requests/s"))
                ours, floor = (percentile(self.times[f"{side}, {door}", kind], 0.99) * 1000 for side in SIDES)
                cases.append(Case(f"{door}, {kind}, p99", ours, floor, "ms"))
        facts: dict[str, float | int | str] = {
            "bytes": length,
            "turns": len(next(iter(self.rates.values()))),
            "% of its core that the client worked at most": round(max(self.busy) * 100),
            "cores": "apart" if can_pin_cores() else "shared",
        }
        return Report("leaderboard", cases, facts=facts, notes=NOTES, failures=self.failures)


class WsgiServer(Server):
    """A WSGI process, as production serves pages."""

    def __init__(self, env: dict[str, str], application: str) -> None:
        port = free_port()
        how = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", THREADS, "--log-level", "error"]
        super().__init__(env, ("granian", *how, "--port", str(port), application), port)

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 5):
            return True
        return False


@contextmanager
def sides(env: dict[str, str]) -> Iterator[dict[str, Server]]:
    with ExitStack() as stack:
        servers = {
            "ours, WSGI": WsgiServer(env, "fantasyf1.wsgi:application"),
            "floor, WSGI": WsgiServer(env, "bench.baseline_leaderboard:read"),
            "ours, ASGI": Server(env),
            "floor, ASGI": Server(env, ("bench.baseline_leaderboard",)),
        }
        for server in servers.values():
            stack.callback(server.stop)
        yield servers


async def first_answer(port: int, token: str, path: str) -> tuple[str, bytes]:
    """The ETag and the bytes of the leaderboard."""
    reader = KeepAliveClient(port, token)
    answer = await reader.ask(path)
    reader.disconnect()
    if answer.status != 200:
        raise SystemExit(f"The table was answered {answer.status}: {answer.body[:300]!r}")
    return answer.headers["etag"], answer.body


def measure(folder: Path, *, rounds: int, seconds: float) -> Report:
    with ExitStack() as stack:
        env = stack.enter_context(database_env(folder)) | {"HTTPS": "false", "JWT_SIGNING_KEY": secrets.token_hex(32)}
        env |= LIMITS
        with on_core(SERVICES_CORE):
            rescorer = WorkerProcess(env, "tests.processes.rescoring_worker", "1", str(PEOPLE), str(CONSTRUCTORS))
        stack.callback(rescorer.close)
        with on_core(MEASURED_CORE):
            servers = stack.enter_context(sides(env))
        path, tokens = f"/api/v1/leagues/{rescorer.created['leagues'][0]}/leaderboard", rescorer.created["tokens"]
        tag, body = asyncio.run(first_answer(servers["ours, WSGI"].port, tokens[0], path))
        redis = stack.enter_context(Redis.from_url(env["REDIS_URL"], db=1))

        def forget() -> None:
            keys = [*redis.scan_iter("*:seen:*"), *redis.scan_iter("*:stamp:*")]
            redis.delete("nothing", *keys)

        with Redis.from_url(env["REDIS_URL"]) as floors:
            floors.mset({"floor:bytes": body, "floor:tag": tag})
        contest = Contest(servers, tokens, path, tag, seconds, forget)
        with on_core(SERVICES_CORE):
            asyncio.run(contest.play(rounds))
        return contest.report(len(body))


def run(*, quick: bool = False) -> Report:
    """Run five turns of five seconds for each side, or two short ones if `quick`."""
    with tempfile.TemporaryDirectory(prefix="fantasyf1-bench-") as folder, ExitStack() as stack:
        with on_core(SERVICES_CORE):
            os.environ.update(stack.enter_context(Services()).env)
        return measure(Path(folder), rounds=2 if quick else 5, seconds=0.5 if quick else 5)
