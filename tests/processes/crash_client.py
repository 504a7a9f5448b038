"""The test's side of `tests.processes.crash_worker`: starts processes that run jobs and can crash."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

from tests.test_supervisor import wait_until


class CrashWorker:
    """One such process: `send` sends it a job, `receive` waits for the outcome."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.processes.crash_worker", connection.settings_dict["NAME"]],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "fantasyf1.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def send(self, **job: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{json.dumps(job)}\n")
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


def wait_for_transactions() -> None:
    """Wait until PostgreSQL has noticed that a killed process is gone. Until then, its rows are locked, and a process
    that skips locked rows leaves them to a later one."""
    wait_until(lambda: _count_transactions() == 0)


def _count_transactions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
        )
        return int(cursor.fetchone()[0])


@contextmanager
def crash_workers(count: int) -> Iterator[list[CrashWorker]]:
    """Run this number of processes during the block."""
    workers = [CrashWorker() for _ in range(count)]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.process.communicate(timeout=20)
