"""Benchmark of notifications: 10,000 leagues are scored at once, and 100,000 players are told their points.

The floor of writing them is one INSERT ... SELECT through psycopg without channels to look up. Both sides take turns on
the same tables and must leave the same rows. Then a player is told that it is their turn, by e-mail, while all of
these notifications wait to be sent: the floor is the same with nothing else waiting.
"""

import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.support.mail_servers import mail_server
from tests.support.servers import WorkerProcess, database_env

from .cores import MEASURED_CORE, SERVICES_CORE, can_pin_cores, on_core

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "script"))

from services import Services

from .report import Case, Report

PLAYERS = 10
NOTES = (
    "Writing: seconds for all notifications, the median of the rounds.",
    "Your turn: seconds from the notification to the answer of the mail server, the median of the tries.",
)


def run(*, quick: bool = False) -> Report:
    """Run three rounds with 10,000 leagues; if `quick`, two with 200."""
    rounds, leagues = (2, 200) if quick else (3, 10_000)
    failures: list[str] = []
    with ExitStack() as stack:
        with on_core(SERVICES_CORE):
            os.environ.update(stack.enter_context(Services()).env)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fantasyf1-bench-"))
        env = stack.enter_context(database_env(Path(folder)))
        with on_core(MEASURED_CORE):
            worker = WorkerProcess(env, "bench.notifications_worker", str(leagues))
        stack.callback(worker.close)
        cases = [_written(worker, leagues, rounds, failures), _turns(worker, leagues)]
    return Report(
        "notifications",
        cases,
        facts={
            "rounds": rounds,
            "cores": "apart" if can_pin_cores() else "shared",
            "load": round(os.getloadavg()[0], 1),
        },
        notes=NOTES,
        failures=failures,
    )


def _written(worker: WorkerProcess, leagues: int, rounds: int, failures: list[str]) -> Case:
    """Write the notifications with both sides in turns, and compare the rows that they leave."""
    took: dict[str, list[float]] = {"floor": [], "ours": []}
    left: dict[str, object] = {}
    for _ in range(rounds):
        for side, times in took.items():
            worker.ask("reset")
            times.append(worker.ask(side))
            left[side] = worker.ask("rows")
    if left["ours"] != left["floor"]:
        failures.append(f"Ours has left {left['ours']}, the floor {left['floor']}.")
    players = leagues * PLAYERS
    return Case(
        f"{players:,} players told", statistics.median(took["ours"]), statistics.median(took["floor"]), unit="s"
    )


def _turns(worker: WorkerProcess, leagues: int) -> Case:
    """Send “your turn” while the notifications of the last round wait, and with nothing else to send."""
    with mail_server() as server:
        behind = [worker.ask(f"turn {server.port}") for _ in range(5)]
        worker.ask("reset")
        alone = [worker.ask(f"turn {server.port}") for _ in range(5)]
    name = f"your turn, {leagues * PLAYERS:,} waiting"
    return Case(name, statistics.median(behind), statistics.median(alone), unit="s")
