"""Benchmark of Monday, 08:00 in New York: the drafts of all leagues open in the same second.

Three kinds of processes share one database: the web server, a worker (`bench.monday_worker`), and the clients in this
process: a stream to every draft, players who pick as soon as their stream says that it is their turn, and users who
request pages. The floor is the same server just before that, with the same streams open: a few leagues rehearse, and
their players send one request at a time.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.servers import EventSourceClient, Server, WorkerProcess, database_env

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "script"))

from services import Services

from .report import Case, Report, percentile

CONSTRUCTORS, PICKS = 7, 2
# Timeouts of a part of the run, and of one response.
PART_SECONDS, ANSWER_SECONDS = 600, 60
# The shortest and the longest pause of a user between two pages.
PAUSE_SECONDS = (0.1, 0.5)
FOR_EVER = 2**60
PAGES = {
    "room": "/leagues/{league}/drafts/{race}/",
    "room's live part": "/leagues/{league}/drafts/{race}/live/",
    "league page": "/leagues/{league}/",
}
MEASURED = (*PAGES, "pick", "stream delivery")
NOTES = (
    "Page: until its last byte. Pick: a POST to the API until its answer. Delivery: from the commit of an event in the",
    "worker until a client's stream has it. The floor: the same just before on the idle server, with all streams open,",
    "one thing at a time. The clients take their part of the same machine, under load as on the floor.",
)


@dataclass(frozen=True)
class Size:
    """The number of leagues, of leagues in which a player makes their own picks, of leagues that rehearse, and of users
    who request pages at the same time.
    """

    leagues: int
    players: int
    rehearsed: int
    readers: int


FULL = Size(leagues=200, players=100, rehearsed=10, readers=8)
QUICK = Size(leagues=20, players=10, rehearsed=3, readers=4)


@dataclass(frozen=True)
class League:
    """A league as its clients know it: the session of a member, and the tokens of players by their constructor."""

    league: int
    draft: int
    session: str
    tokens: dict[str, str]


@dataclass
class Clients:
    """What all clients share: the server, the measured seconds, and the failures.

    `gate` limits how many requests run at the same time.
    """

    port: int
    race: int
    drivers: list[str]
    gate: asyncio.Semaphore
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)

    async def read(self, league: League, kind: str) -> None:
        """Request a page of the league."""
        path = PAGES[kind].format(league=league.league, race=self.race)
        await self._ask(kind, 200, f"GET {path}", f"Cookie: sessionid={league.session}")

    async def pick(self, constructor: int, token: str, driver: str) -> None:
        body = json.dumps({"race_id": self.race, "driver_id": driver})
        headers = ("Content-Type: application/json", f"Content-Length: {len(body)}", f"Authorization: Bearer {token}")
        await self._ask("pick", 201, f"POST /api/v1/constructors/{constructor}/drafts", *headers, body=body)

    async def _ask(self, kind: str, expected: int, what: str, *headers: str, body: str = "") -> None:
        lines = [f"{what} HTTP/1.1", f"Host: localhost:{self.port}", "Connection: close", *headers]
        async with self.gate:
            began = time.monotonic()
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await self._exchange("\r\n".join([*lines, "", body]).encode())
            self.times[kind].append(time.monotonic() - began)
        if not answer.startswith(b"HTTP/1.1 %d " % expected):
            self.failures.append(f"{what}: {answer[:400].decode(errors='replace')}")

    async def _exchange(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            return await reader.read(-1)
        finally:
            writer.transport.abort()


class Seat(EventSourceClient):
    """Follows the stream of a league's draft, and makes the picks of the players who make their own."""

    def __init__(self, league: League, clients: Clients) -> None:
        super().__init__(f"/live/drafts/{league.draft}/", league.session, [clients.port])
        self.league, self.clients = league, clients
        self.order: list[int] = []
        self.taken: list[str] = []
        self.receipts: dict[int, float] = {}
        self.opened_at = self.completed_at = 0.0
        self._picks: set[asyncio.Task[None]] = set()

    def on_event(self, event: dict[str, Any]) -> None:
        super().on_event(event)
        now = self.receipts[event["seq"]] = time.monotonic()
        if event["kind"] == "opened":
            self.order, self.opened_at = event["payload"]["order"] * PICKS, now
        elif event["kind"] == "picked":
            self.taken.append(event["payload"].get("driver_id", ""))
        elif event["kind"] == "completed":
            self.completed_at = now
        if event["kind"] in ("opened", "picked") and len(self.taken) < len(self.order):
            self._take_turn(self.order[len(self.taken)])

    def _take_turn(self, constructor: int) -> None:
        """Pick one of the free drivers if the player of this constructor makes their own picks."""
        if token := self.league.tokens.get(str(constructor)):
            free = [driver for driver in self.clients.drivers if driver not in self.taken]
            task = asyncio.create_task(self.clients.pick(constructor, token, random.choice(free)))
            self._picks.add(task)
            task.add_done_callback(self._picks.discard)


@asynccontextmanager
async def seated(leagues: Sequence[League], clients: Clients) -> AsyncIterator[list[Seat]]:
    """Keep a stream to each league's draft open during the block."""
    seats = [Seat(league, clients) for league in leagues]
    tasks = [asyncio.create_task(seat.follow(FOR_EVER)) for seat in seats]
    try:
        await _until(lambda: all(seat.statuses for seat in seats))
        yield seats
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        clients.failures += [
            f"A stream was answered {code}." for seat in seats for code in seat.statuses if code != 200
        ]


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PART_SECONDS):
        while not is_so():
            await asyncio.sleep(0.02)


def _are_complete(seats: Sequence[Seat]) -> bool:
    return all(seat.completed_at for seat in seats)


class Monday:
    """One run: first the rehearsal, which is the floor, then the day."""

    def __init__(self, size: Size, worker: WorkerProcess, port: int) -> None:
        self.size, self.worker, self.port = size, worker, port
        self.day, self.rehearsal = (
            [League(**created) for created in worker.created[group]] for group in ("day", "rehearsal")
        )
        self.floor, self.load = self._clients(1), self._clients(len(self.day))
        self.facts: dict[str, float | int | str] = {"leagues": size.leagues}
        self.results: dict[str, Any] = {}

    def _clients(self, concurrency: int) -> Clients:
        return Clients(
            self.port, self.worker.created["race"], self.worker.created["drivers"], asyncio.Semaphore(concurrency)
        )

    async def play(self) -> None:
        async with seated(self.day, self.load) as seats:
            async with seated(self.rehearsal, self.floor) as rehearsing:
                await self._rehearse(rehearsing)
            await self._open(seats)
        self.results = await self._command("results")
        self._note_deliveries(seats)

    async def _command(self, command: str) -> Any:
        return await asyncio.to_thread(self.worker.ask, command)

    async def _rehearse(self, seats: Sequence[Seat]) -> None:
        """Make all picks, request each page once for every pick, and write an event for each: one request at a time."""
        await self._command("open rehearsal")
        readers = [self._read_pages(kind, seats) for kind in PAGES]
        await asyncio.gather(_until(lambda: _are_complete(seats)), *readers)
        for _ in range(CONSTRUCTORS * PICKS * len(seats)):
            seat = seats[0]
            seq = seat.seqs[-1] + 1
            committed_at = await self._command("write")
            await _until(lambda: seq in seat.receipts)  # noqa: B023 - it is awaited here
            self.floor.times["stream delivery"].append(seat.receipts[seq] - committed_at)

    async def _read_pages(self, kind: str, seats: Sequence[Seat]) -> None:
        for number in range(CONSTRUCTORS * PICKS * len(seats)):
            await self.floor.read(seats[number % len(seats)].league, kind)

    async def _open(self, seats: Sequence[Seat]) -> None:
        """Open all drafts at once; users request pages until all drafts are complete."""
        readers = [asyncio.create_task(self._read_random_pages()) for _ in range(self.size.readers)]
        opens_at = await self._command("open day")
        try:
            await _until(lambda: _are_complete(seats))
        except TimeoutError:
            self.load.failures.append(f"The drafts were not complete after {PART_SECONDS} s.")
        for reader in readers:
            reader.cancel()
        ended = await asyncio.gather(*readers, return_exceptions=True)
        self.load.failures += [f"A reader gave up: {outcome!r}" for outcome in ended if isinstance(outcome, Exception)]
        self.facts["s until the last is open"] = round(max(seat.opened_at for seat in seats) - opens_at, 1)
        self.facts["s until the last is complete"] = round(max(seat.completed_at for seat in seats) - opens_at, 1)

    async def _read_random_pages(self) -> None:
        while True:
            await self.load.read(random.choice(self.day), random.choice(list(PAGES)))
            await asyncio.sleep(random.uniform(*PAUSE_SECONDS))

    def _note_deliveries(self, seats: Sequence[Seat]) -> None:
        receipts = {seat.league.draft: seat.receipts for seat in seats}
        for draft, seq, committed_at in self.results["committed"]:
            if draft not in receipts:
                continue  # a draft of the rehearsal
            if seq in receipts[draft]:
                self.load.times["stream delivery"].append(receipts[draft][seq] - committed_at)
            else:
                self.load.failures.append(f"Event {seq} of draft {draft} never came.")

    def report(self) -> Report:
        wanted, picks = self.size.leagues, self.size.leagues * CONSTRUCTORS * PICKS
        complete = self.results["states"].get("complete", 0)
        failures = [*self.floor.failures, *self.load.failures]
        if (complete, self.results["picks"]) != (wanted, picks):
            failures.append(
                f"{complete} of {wanted} drafts are complete, with {self.results['picks']} of {picks} picks."
            )
        self.facts |= {f"{kind}, measured": len(self.load.times[kind]) for kind in MEASURED}
        self.facts |= {f"longest “{name}” in s": round(took, 1) for name, took in self.results["longest"].items()}
        cases = [
            Case("drafts complete", complete, wanted, "drafts"),
            Case("picks", self.results["picks"], picks, "picks"),
        ]
        cases += [case for kind in MEASURED for case in self._cases(kind)]
        return Report("monday", cases, facts=self.facts, notes=NOTES, failures=failures)

    def _cases(self, kind: str) -> list[Case]:
        ours, floor = ([seconds * 1000 for seconds in side.times[kind]] for side in (self.load, self.floor))
        return [
            Case(f"{kind}, {name}", percentile(ours, part), percentile(floor, part), "ms")
            for name, part in (("p50", 0.5), ("p99", 0.99), ("slowest", 1))
        ]


def measure(size: Size, folder: Path) -> Report:
    """Run once, with the files in `folder`: on the services named in the environment, or on SQLite."""
    with ExitStack() as stack:
        env = stack.enter_context(database_env(folder)) | {"HTTPS": "false"}
        numbers = (size.leagues, size.players, size.rehearsed)
        worker = WorkerProcess(env, "bench.monday_worker", *map(str, numbers))
        stack.callback(worker.close)
        server = Server(env)
        stack.callback(server.stop)
        monday = Monday(size, worker, server.port)
        asyncio.run(monday.play())
        monday.facts["on"] = "PostgreSQL and Redis" if "DATABASE_URL" in env else "embedded SQLite"
        return monday.report()


@contextmanager
def services() -> Iterator[None]:
    """Provide PostgreSQL and Redis: those of the environment, or private ones; without either, the run uses SQLite."""
    with ExitStack() as stack:
        try:
            os.environ.update(stack.enter_context(Services()).env)
        except SystemExit as error:
            print(error, file=sys.stderr)
        yield


def run(*, quick: bool = False) -> Report:
    """Run with 200 leagues; with 20 if `quick`."""
    with services(), tempfile.TemporaryDirectory(prefix="fantasyf1-bench-") as folder:
        return measure(QUICK if quick else FULL, Path(folder))
