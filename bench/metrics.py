"""Benchmark of the metrics: a league's page and a pick with metrics, beside the same without them.

Two processes differ in METRICS only. They take turns, in the same run.
"""

import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.support.servers import WorkerProcess, database_env

from .cores import MEASURED_CORE, SERVICES_CORE, can_pin_cores, on_core

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "script"))

from services import Services

from .report import Case, Report

SIZE, DRAFTS, SLOTS = 11, 8, 22
SIDES = ("true", "false")
NOTES = (
    "The fastest of the rounds, in ms. The page: the median of whole answers, for a league of 11 constructors.",
    "The pick: CPU time of `make_pick` in its process on one connection. The floor: the same with METRICS=false.",
)


def run(*, quick: bool = False) -> Report:
    """Run 10 rounds of 60 pages and 176 picks on each side; if `quick`, 3 rounds of 20 pages."""
    rounds, pages = (3, 20) if quick else (10, 60)
    with ExitStack() as stack:
        with on_core(SERVICES_CORE):
            os.environ.update(stack.enter_context(Services()).env)
        lookers = [_start(stack, "bench.league_page_worker", metrics) for metrics in SIDES]
        pickers = [_start(stack, "bench.pick_worker", metrics, str(DRAFTS * (rounds + 1))) for metrics in SIDES]
        looks = [[looker.ask(f"look {SIZE} 0 {pages}")["ours"] for looker in lookers] for _ in range(rounds + 1)]
        picks = [[_pick(picker, number) for picker in pickers] for number in range(rounds + 1)]
    return Report(
        "metrics",
        [_case("page", looks), _case("pick", picks)],
        facts={
            "rounds": rounds,
            "cores": "apart" if can_pin_cores() else "shared",
            "load": round(os.getloadavg()[0], 1),
        },
        notes=NOTES,
    )


def _start(stack: ExitStack, module: str, metrics: str, *arguments: str) -> WorkerProcess:
    """Start a worker on a database of its own."""
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fantasyf1-bench-"))
    env = stack.enter_context(database_env(Path(folder))) | {"HTTPS": "false", "METRICS": metrics}
    with on_core(MEASURED_CORE):
        worker = WorkerProcess(env, module, *arguments)
    stack.callback(worker.close)
    return worker


def _pick(picker: WorkerProcess, number: int) -> float:
    """CPU milliseconds for a pick, of those of the next fresh drafts."""
    _passed, worked = picker.ask(f"pick 1 {picker.created['draft'] + number * DRAFTS} {DRAFTS}")
    return float(worked) * 1000 / (DRAFTS * SLOTS)


def _case(name: str, rounds: list[list[float]]) -> Case:
    """The fastest round of each side, which the load of the machine disturbs least."""
    ours, floor = (min(side) for side in zip(*rounds, strict=True))
    return Case(name, ours, floor, "ms")
