"""Benchmark of the drafts' clock while its broker is full, frozen or missing, and while its worker hangs.

Ours is the longest time from the end of a turn to its pick during the fault, the floor the same without one. The goal:
at most 15 seconds.
"""

import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "script"))

from services import Services

from tests.support.clock_faults import ClockSite, clock_site
from tests.support.servers import database_env

from .report import Case, Report

MAX_SECONDS = 15.0
PROCESSES = ("beat", "clock", "worker-without-clock")
FAULTS = ("full", "frozen", "missing", "clock hangs")


def latest(site: ClockSite, turns: int) -> float:
    """End turns one after another; returns how many seconds passed until the latest pick."""
    return max(site.end_turn() for _ in range(turns))


def measure(fault: str, turns: int) -> Case:
    with (
        tempfile.TemporaryDirectory(prefix="fantasyf1-bench-") as folder,
        database_env(Path(folder)) as env,
        clock_site(env, processes=PROCESSES) as site,
    ):
        site.wait_until_all_work()
        floor = latest(site, turns)
        begin, end = site.faults[fault]
        begin()
        ours = latest(site, turns)
        end()
    return Case(f"broker {fault}" if fault != "clock hangs" else fault, ours, floor, "s")


def run(*, quick: bool = False) -> Report:
    """End 9 turns before and 9 turns during each fault; 2 if `quick`."""
    turns = 2 if quick else 9
    with ExitStack() as stack:
        if "DATABASE_URL" not in os.environ:
            os.environ.update(stack.enter_context(Services()).env)
        cases = [measure(fault, turns) for fault in FAULTS]
    return Report(
        "clockfaults",
        cases,
        facts={"turns": turns, "load": round(os.getloadavg()[0], 1)},
        notes=(
            "The longest time from the end of a turn to its pick. Ours: while the fault lasts. The floor: without it.",
            "The goal: at most 15 s.",
        ),
        failures=[f"{case.name}: {case.ours:.1f} s" for case in cases if case.ours > MAX_SECONDS],
    )
