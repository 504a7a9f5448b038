"""Benchmark of a league's page, the page that players look at most: how much of its time is not the template?

Ours is the whole response as the server requests it: middleware, session, queries, template. The floor renders the
template of the same page with the same context, in which everything is evaluated. Both run in one process, in turns.
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

# The number of constructors, and whether the cache is empty.
CASES = ((2, False), (6, False), (11, False), (11, True))
NOTES = (
    "Medians for a league's front page after 24 races, with a draft under way, for somebody who plays in it. Ours: the",
    "whole answer, asked of the WSGI application in its process. The floor: its template alone, with a ready context.",
)


def run(*, quick: bool = False) -> Report:
    """Request each page 300 times; 30 times if `quick`."""
    rounds = 30 if quick else 300
    with ExitStack() as stack:
        with on_core(SERVICES_CORE):
            os.environ.update(stack.enter_context(Services()).env)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fantasyf1-bench-"))
        env = stack.enter_context(database_env(Path(folder))) | {"HTTPS": "false"}
        with on_core(MEASURED_CORE):
            worker = WorkerProcess(env, "bench.league_page_worker")
        stack.callback(worker.close)
        looks = {case: worker.ask(f"look {case[0]} {case[1]:d} {rounds}") for case in CASES}
    facts = {f"queries, {name(*case)}": look["queries"] for case, look in looks.items()}
    return Report(
        "page",
        [Case(name(*case), look["ours"], look["floor"], "ms") for case, look in looks.items()],
        facts={
            "rounds": rounds,
            **facts,
            "KiB": round(looks[11, False]["bytes"] / 1024),
            "cores": "apart" if can_pin_cores() else "shared",
            "load": round(os.getloadavg()[0], 1),
        },
        notes=NOTES,
    )


def name(players: int, cold: bool) -> str:
    return f"{players} constructors{', empty cache' if cold else ''}"
