"""Benchmark of the event streams: the time until the last of thousands of clients has an event, and memory per client.

The floor (`bench.baseline_stream`) is a bare ASGI application on the same server that sends the same bytes. Both hold
the same number of clients at the same time and take turns. Time is measured from the commit of the event, or from the
request that triggers the floor, to the last client's receipt; memory is the growth of the server process.
"""

import os
import re
import resource
import select
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fantasyf1.ops.entrypoints import ALLOCATOR_ENV
from tests.support.servers import DraftEventWorker, Server, draft_with_servers

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "script"))

from services import Services

from .report import Case, Report

PER_PERSON = 8
# How many clients connect at the same time: fewer than the listen backlog of the server.
TOGETHER = 250


class StreamClients:
    """The clients of one server: raw sockets in one epoll loop, so they cost about as little as a client can."""

    def __init__(self, server: Server, path: str, sessions: list[str]) -> None:
        self.server, self.path, self.sessions = server, path, sessions
        self.before = server.resident_bytes()
        self._sockets: dict[int, socket.socket] = {}
        self._epoll = select.epoll()
        self._seen = b""

    def grow(self, size: int) -> None:
        """Connect until there are `size` clients and each has received the start of its stream."""
        while len(self._sockets) < size:
            count = min(TOGETHER, size - len(self._sockets))
            fresh = [self._connect(len(self._sockets) + number) for number in range(count)]
            for client in fresh:
                client.setblocking(True)
                greeting = client.recv(4096)
                if not greeting.startswith(b"HTTP/1.1 200"):
                    raise SystemExit(f"A client was not let in: {greeting.decode(errors='replace')}")
                client.setblocking(False)
                self._sockets[client.fileno()] = client
                self._epoll.register(client, select.EPOLLIN)

    def _connect(self, number: int) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
        session = self.sessions[number // PER_PERSON]
        request = f"GET {self.path} HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid={session}\r\n\r\n"
        client.sendall(request.encode())
        return client

    def last_receipt(self, marker: bytes) -> float:
        """Read until every client has got the marker; returns the time at which the last one had it."""
        waiting, half = set(self._sockets), dict.fromkeys(self._sockets, b"")
        while waiting:
            ready = self._epoll.poll(30)
            if not ready:
                raise SystemExit(f"{len(waiting)} clients never got it.")
            for number, _ in ready:
                data = half[number] + self._sockets[number].recv(65_536)
                if marker in data:
                    waiting.discard(number)
                    self._seen = data
                half[number] = data[-64:]
        return time.monotonic()

    def event(self) -> bytes:
        """The event received last, without the framing of its HTTP chunk."""
        found = re.search(rb"event: draft\nid: \d+\ndata: .*\n\n", self._seen)
        assert found, self._seen
        return found[0]

    def kib_each(self) -> float:
        return (self.server.resident_bytes() - self.before) / len(self._sockets) / 1024

    def close(self) -> None:
        for client in self._sockets.values():
            client.close()
        self._epoll.close()


class Comparison:
    """Our server and the floor, each with its clients."""

    def __init__(self, worker: DraftEventWorker, ours: Server, floor: Server) -> None:
        self.worker = worker
        self._warm_up(ours, floor)
        self.ours = StreamClients(ours, worker.path, worker.sessions)
        self.floor = StreamClients(floor, "/live/", worker.sessions)

    def _warm_up(self, *servers: Server) -> None:
        """Connect to both first, so that one-off allocations are not counted as memory of the clients."""
        for server in servers:
            clients = StreamClients(server, self.worker.path, self.worker.sessions)
            clients.grow(8)
            clients.close()
        time.sleep(0.5)

    def round_of_ours(self) -> float:
        self.worker.send_write()
        last = self.ours.last_receipt(b"\nid: %d\n" % self.worker.seq)
        return last - float(self.worker.answer())

    def round_of_floor(self) -> float:
        event = re.sub(rb"\nid: \d+\n", b"\nid: %d\n" % self.worker.seq, self.ours.event())
        request = b"POST /fire HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(event) + event
        with socket.create_connection(("127.0.0.1", self.floor.server.port)) as trigger:
            began = time.monotonic()
            trigger.sendall(request)
            return self.floor.last_receipt(b"\nid: %d\n" % self.worker.seq) - began

    def measure(self, clients: int, rounds: int) -> list[Case]:
        """Measure the cases for this number of clients."""
        self.ours.grow(clients)
        self.floor.grow(clients)
        work = self.ours.server.cpu_seconds(), self.floor.server.cpu_seconds()
        pairs = [(self.round_of_ours(), self.round_of_floor()) for _ in range(rounds)]
        our_work, floor_work = self.ours.server.cpu_seconds() - work[0], self.floor.server.cpu_seconds() - work[1]
        ours, floor = (statistics.median(seconds) * 1000 for seconds in zip(*pairs, strict=True))
        return [
            Case(f"{clients} clients: last receipt", ours, floor, "ms"),
            Case(f"{clients} clients: work per event", our_work * 1000 / rounds, floor_work * 1000 / rounds, "ms"),
            Case(f"{clients} clients: memory for each", self.ours.kib_each(), self.floor.kib_each(), "KiB"),
        ]


@contextmanager
def comparison(people: int) -> Iterator[Comparison]:
    """Start both servers on private services, with `people` users who may follow the draft."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with Services() as services, tempfile.TemporaryDirectory(prefix="fantasyf1-bench-") as folder:
        os.environ.update(services.env)
        with draft_with_servers(Path(folder), people=people, servers=1) as (worker, servers, _):
            floor = Server(ALLOCATOR_ENV, ("bench.baseline_stream",))
            try:
                yield Comparison(worker, servers[0], floor)
            finally:
                floor.stop()


def run(*, quick: bool = False) -> Report:
    """Measure every case; `quick` leaves out the largest number of clients and most rounds."""
    sizes, rounds = ((500, 2000), 9) if quick else ((500, 2000, 5000), 31)
    with comparison(max(sizes) // PER_PERSON + 1) as both:
        cases = [case for size in sizes for case in both.measure(size, rounds)]
    return Report(
        "streams",
        cases,
        facts={"rounds": rounds},
        notes=(
            "Last receipt: the median time from the commit of an event until the last client has it. The floor: a bare",
            "ASGI application on the same server that is told to send the same bytes; it reads no database and checks",
            "nobody. Work: processor time of the server's process. Memory: what that process has grown by.",
            "The goal for 5000 clients: last receipt within 1.25 of the floor, 12 KiB for each.",
        ),
    )
