"""Benchmark of the database: how many rows and bytes a league with a whole season behind it takes on PostgreSQL.

Leagues of ten constructors play the season of 2025 by the usual services. What the first one adds includes what all
leagues share, such as results and score sheets. The benchmark measures what each further league adds.
"""

import os
import sys
import tempfile
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


def run(*, quick: bool = False) -> Report:
    """Play four leagues beside the first one; if `quick`, one league and three races."""
    leagues, races = (1, 3) if quick else (4, 24)
    with ExitStack() as stack:
        os.environ.update(stack.enter_context(Services()).env)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fantasyf1-bench-"))
        env = stack.enter_context(database_env(Path(folder)))
        worker = WorkerProcess(env, "bench.season_size_worker", str(leagues), str(races))
        measured: dict[str, Any] = worker.created
        worker.close()
    first, after = measured["first"], measured["after"]
    cases = []
    rows = 0.0
    for table, (count, total, alone) in sorted(after.items(), key=lambda item: -item[1][1]):
        count_before, total_before, alone_before = first.get(table, (0, 0, 0))
        added = (count - count_before) / leagues
        if added >= 1:
            rows += added
            size, floor = (total - total_before) / leagues / 1024, (alone - alone_before) / leagues / 1024
            cases.append(Case(f"{table}, {added:.0f} rows", size, floor, "KiB"))
    cases.append(Case("together", sum(case.ours for case in cases), sum(case.floor for case in cases), "KiB"))
    return Report("seasonsize", cases, facts={"leagues": leagues, "races": races, "rows": round(rows)}, notes=NOTES)
