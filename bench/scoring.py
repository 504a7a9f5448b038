"""Benchmark of scoring a race: 200,000 picks in 10,000 leagues are scored, ranked and cached.

It is repeated with a fifth and with five times as many. The floor is hand-written SQL through psycopg and one Redis
pipeline. That SQL assumes one rule set, no replaced drivers and no earlier scores. Both sides take turns on the same
tables, which are emptied and vacuumed in between, and must leave the same rows and the same cache entries.
"""

import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.support.servers import WorkerProcess, database_env

from .cores import MEASURED_CORE, SERVICES_CORE, can_pin_cores, on_core

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "script"))

from services import Services

from .report import Case, Report

PICKS = 20
NOTES = (
    "Seconds, the median of the rounds, from the first query until leaderboards are in Redis and streams are woken.",
    "CPU: of the worker and of its server process in PostgreSQL, which other work on the machine changes less.",
)


def run(*, quick: bool = False) -> Report:
    """Run three rounds with 1,000, 10,000 and 50,000 leagues; if `quick`, two with 200 and 1,000."""
    rounds, sizes = (2, (200, 1000)) if quick else (3, (1000, 10_000, 50_000))
    cases: list[Case] = []
    failures: list[str] = []
    with ExitStack() as stack:
        with on_core(SERVICES_CORE):
            os.environ.update(stack.enter_context(Services()).env)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fantasyf1-bench-"))
        env = stack.enter_context(database_env(Path(folder)))
        with on_core(MEASURED_CORE):
            worker = WorkerProcess(env, "bench.scoring_worker", *map(str, sizes))
        stack.callback(worker.close)
        for size in sizes:
            cases += measure(worker, size, rounds, failures)
    return Report(
        "scoring",
        cases,
        facts={
            "rounds": rounds,
            "picks of a league": PICKS,
            "cores": "apart" if can_pin_cores() else "shared",
            "load": round(os.getloadavg()[0], 1),
        },
        notes=NOTES,
        failures=failures,
    )


def measure(worker: WorkerProcess, size: int, rounds: int, failures: list[str]) -> list[Case]:
    """Run both sides in turns, and compare what they leave in the tables and in the cache."""
    took: dict[str, list[dict[str, float]]] = {"ours": [], "floor": []}
    left: dict[str, object] = {}
    for _ in range(rounds):
        for side, times in took.items():
            worker.ask(f"reset {size}")
            times.append(worker.ask(f"{side} {size}"))
            left[side] = worker.ask(f"tables {size}")
    if left["ours"] != left["floor"]:
        failures.append(f"{size} leagues: ours has left {left['ours']}, the floor {left['floor']}.")
    return [
        Case(
            name=f"{size:,} leagues, {size * PICKS:,} picks{what}",
            ours=statistics.median(times[measured] for times in took["ours"]),
            floor=statistics.median(times[measured] for times in took["floor"]),
            unit="s",
        )
        for measured, what in (("seconds", ""), ("cpu", ", CPU"))
    ]
