"""Benchmark of a pick through the service, on one connection and on eight, and through the API.

How much of it is the database? The floor of the service is pgbench, which runs hand-written statements for a pick
(`bench/pick.sql`) on the same database and the same number of connections. The floor of the API is the service. All
sides take turns, each on fresh drafts, so each finds the same tables.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.servers import Server, WorkerProcess, database_env

from .cores import MEASURED_CORE, SERVICES_CORE, can_pin_cores, on_core

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "script"))

from services import POSTGRESQL_FOLDERS, Services

from .report import Case, Report

STATEMENTS = Path(__file__).with_suffix(".sql")
SLOTS, CONSTRUCTORS = 22, 11
MANY, SIDES = 8, 5
NOTES = (
    "Picks a second, the median of the rounds. The service: `make_pick` in one process, a thread for each connection.",
    "The floor: pgbench, which sends the statements of bench/pick.sql and does nothing else. The API: one client that",
    "sends a pick when the one before is answered, with a token, to the web process as it is run; held against the",
    "service on one connection.",
)


class Comparison:
    """All sides on one database. Every turn takes the next fresh drafts and returns picks per second."""

    def __init__(self, worker: WorkerProcess, server: Server, url: str, drafts: int) -> None:
        self.worker, self.server, self.url, self.drafts = worker, server, url, drafts
        self.failures: list[str] = []
        self.work: dict[int, list[float]] = defaultdict(list)  # CPU ms per pick, by number of connections
        self._turns = count()

    def service(self, connections: int) -> float:
        first = self._next()
        passed, worked = self.worker.ask(f"pick {connections} {self._draft(first)} {self.drafts}")
        self.work[connections].append(worked * 1000 / (self.drafts * SLOTS))
        return self._rate(first, passed)

    def pgbench(self, connections: int) -> float:
        first = self._next()
        done = subprocess.run(
            [*self._program(connections), *self._arguments(first, connections)], capture_output=True, text=True
        )
        found = re.search(r"tps = ([\d.]+) \(without initial connection time\)", done.stdout)
        if done.returncode != 0 or not found:
            raise SystemExit(f"pgbench has failed:\n{done.stdout}{done.stderr}")
        self._check(first)
        return float(found[1])

    def api(self) -> float:
        first = self._next()
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        began = time.monotonic()
        for number in range(first, first + self.drafts):
            for slot in range(SLOTS):
                self._ask(connection, number, slot)
        connection.close()
        return self._rate(first, time.monotonic() - began)

    def _ask(self, connection: HTTPConnection, number: int, slot: int) -> None:
        seat = slot % CONSTRUCTORS
        constructor = self.worker.created["constructor"] + number * CONSTRUCTORS + seat
        body = json.dumps({"race_id": self.worker.created["race"], "driver_id": self.worker.created["drivers"][slot]})
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.worker.created['tokens'][seat]}"}
        connection.request("POST", f"/api/v1/constructors/{constructor}/drafts", body, headers)
        response = connection.getresponse()
        content = response.read()
        if response.status != 201:
            raise SystemExit(f"A pick got status {response.status}: {content[:300].decode(errors='replace')}")

    def _program(self, connections: int) -> list[str]:
        parts = urlsplit(self.url)
        where = {
            "--host": unquote(parts.hostname or "") or parse_qs(parts.query).get("host", [""])[0],
            "--port": str(parts.port or ""),
            "--username": unquote(parts.username or ""),
        }
        options = [part for name, value in where.items() if value for part in (name, value)]
        transactions = str(self.drafts * SLOTS // connections)
        return [pgbench(), *options, "-n", "-c", str(connections), "-t", transactions, "-f", str(STATEMENTS)]

    def _arguments(self, first: int, connections: int) -> list[str]:
        created = self.worker.created
        values = {
            "move": -1,
            "clients": connections,
            "race": created["race"],
            "first_league": created["league"] + first,
            "first_draft": created["draft"] + first,
            "first_slot": created["slot"] + first * SLOTS,
            "first_constructor": created["constructor"] + first * CONSTRUCTORS,
            "first_entry": created["entry"],
        }
        defined = [part for name, value in values.items() for part in ("-D", f"{name}={value}")]
        return [*defined, urlsplit(self.url).path.removeprefix("/")]

    def _next(self) -> int:
        return next(self._turns) * self.drafts

    def _draft(self, first: int) -> int:
        return int(self.worker.created["draft"]) + first

    def _rate(self, first: int, seconds: float) -> float:
        self._check(first)
        return self.drafts * SLOTS / seconds

    def _check(self, first: int) -> None:
        """Record a failure unless every pick of the turn is in the database."""
        created = self.worker.ask(f"made {self._draft(first)} {self.drafts}")
        if created != (whole := {"picks": self.drafts * SLOTS, "complete": self.drafts}):
            self.failures.append(f"There should be {whole}, and there are {created}.")

    def statements(self) -> int:
        return len(self.worker.ask(f"statements {self._draft(self._next())}"))


def pgbench() -> str:
    """The path of the pgbench program."""
    if found := shutil.which("pgbench"):
        return found
    for pattern in POSTGRESQL_FOLDERS:
        if programs := sorted(Path("/").glob(f"{pattern}/pgbench")):
            return str(programs[-1])
    raise SystemExit("pgbench is not installed: it comes with PostgreSQL.")


@contextmanager
def comparison(drafts: int, turns: int) -> Iterator[Comparison]:
    """Start all sides on private services, with fresh drafts for this number of turns."""
    with ExitStack() as stack:
        with on_core(SERVICES_CORE):
            os.environ.update(stack.enter_context(Services()).env)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fantasyf1-bench-"))
        env = stack.enter_context(database_env(Path(folder))) | {"HTTPS": "false"}
        with on_core(MEASURED_CORE):
            worker = WorkerProcess(env, "bench.pick_worker", str(drafts * turns))
            stack.callback(worker.close)
            server = Server(env)
            stack.callback(server.stop)
        yield Comparison(worker, server, env["DATABASE_URL"], drafts)


def run(*, quick: bool = False) -> Report:
    """Run five rounds of 528 picks on every side; if `quick`, three of 176."""
    rounds, drafts = (3, MANY) if quick else (5, 3 * MANY)  # a multiple of MANY: each connection gets the same number
    with comparison(drafts, (rounds + 1) * SIDES + 1) as all_sides:
        statements = all_sides.statements()
        play(all_sides)  # a warm-up round: lazy loading must not count as part of a measurement
        played = [play(all_sides) for _ in range(rounds)]
    alone, alone_floor, together, together_floor, api = (
        statistics.median(rates) for rates in zip(*played, strict=True)
    )
    return Report(
        "pick",
        [
            Case("service, 1 connection", alone, alone_floor, "picks/s"),
            Case(f"service, {MANY} connections", together, together_floor, "picks/s"),
            Case("API, 1 client", api, alone, "picks/s"),
        ],
        facts={
            "rounds": rounds,
            "picks a round": drafts * SLOTS,
            "statements of a pick": statements,
            "ms of work in the service for a pick": round(statistics.median(all_sides.work[1]), 2),
            "cores": "apart" if can_pin_cores() else "shared",
            "load": round(os.getloadavg()[0], 1),
        },
        notes=NOTES,
        failures=all_sides.failures,
    )


def play(sides: Comparison) -> tuple[float, ...]:
    """Run one turn of every side."""
    with on_core(MEASURED_CORE):  # pgbench is started here, so it is pinned as well
        alone, alone_floor = sides.service(1), sides.pgbench(1)
        together, together_floor = sides.service(MANY), sides.pgbench(MANY)
    return alone, alone_floor, together, together_floor, sides.api()
