"""Benchmark of the database: how many rows and bytes a league with a whole season behind it takes on PostgreSQL.

Leagues of ten constructors play the season of 2025 by the usual services. What all leagues share, such as results and
score sheets, is measured apart.
"""

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.support.servers import WorkerProcess, database_env

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "script"))

from services import Services

from .report import Case, Report

NOTES = (
    "Kilobytes with indexes (pg_total_relation_size) and, as the floor, those of the table alone.",
    "Ten constructors, 24 races, two picks for each. Bots get no notifications; people do.",
)


# What all leagues share.
SHARED = ("races_", "scoring_scoresheet", "scoring_sheetline")


def run(*, quick: bool = False) -> Report:
    """Play five leagues; if `quick`, two leagues and two races."""
    leagues, races = (2, 2) if quick else (5, 24)
    with ExitStack() as stack:
        os.environ.update(stack.enter_context(Services()).env)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fantasyf1-bench-"))
        env = stack.enter_context(database_env(Path(folder)))
        worker = WorkerProcess(env, "bench.season_size_worker", str(leagues), str(races))
        measured: dict[str, Any] = worker.created
        worker.close()
    added = {
        table: [now - then for now, then in zip(sizes, measured["before"][table], strict=True)]
        for table, sizes in measured["after"].items()
    }
    own = {table: [size / leagues for size in sizes] for table, sizes in added.items() if not table.startswith(SHARED)}
    shared = {table: sizes for table, sizes in added.items() if table.startswith(SHARED)}
    cases = [_case(table, sizes) for table, sizes in sorted(own.items(), key=lambda item: -item[1][1]) if sizes[0] > 0]
    cases += [_case("a league-season", _sum(own)), _case("shared by all leagues of a season", _sum(shared))]
    return Report("seasonsize", cases, facts={"leagues": leagues, "races": races}, notes=NOTES)


def _case(name: str, sizes: Sequence[float]) -> Case:
    rows, total, alone = sizes
    return Case(f"{name}, {rows:.0f} rows", total / 1024, alone / 1024, "KiB")


def _sum(tables: Mapping[str, Sequence[float]]) -> list[float]:
    return [sum(sizes) for sizes in zip(*tables.values(), strict=True)]
