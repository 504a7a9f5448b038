"""The test's side of `tests.processes.thread_worker`: many threads in several processes run the same job at once."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

from core import clock

# How long the processes may take to read their jobs before the agreed start.
BARRIER_SECONDS = 0.03


class ThreadWorkers:
    """Several worker processes."""

    def __init__(self, processes: int, *arguments: str) -> None:
        # Without pytest's environment variable, they run as web processes do, with a pool of connections.
        env = {name: value for name, value in os.environ.items() if name != "PYTEST_VERSION"}
        env |= {"FANTASYF1_HOME": str(settings.FANTASYF1_HOME), "DATABASE_POOL_SIZE": "20"}
        env |= {"DJANGO_SETTINGS_MODULE": "fantasyf1.settings"}
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.processes.thread_worker", connection.settings_dict["NAME"], *arguments],
                cwd=settings.BASE_DIR,
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(processes)
        ]

    def run_in_all(self, act: str, threads: int, **job: Any) -> list[str]:
        """Run the job in this number of threads of each process at once; returns the outcome of each thread."""
        at, now = time.monotonic() + BARRIER_SECONDS, clock.now().isoformat()
        for process in self.processes:
            self._send(process, act=act, threads=threads, at=at, now=now, **job)
        return [said for process in self.processes for said in self._hear(process)]

    def run_in_one(self, act: str, **job: Any) -> str:
        self._send(self.processes[0], act=act, threads=1, at=0, now=clock.now().isoformat(), **job)
        return self._hear(self.processes[0])[0]

    def _send(self, process: subprocess.Popen[str], **job: Any) -> None:
        assert process.stdin is not None
        process.stdin.write(f"{json.dumps(job)}\n")
        process.stdin.flush()

    def _hear(self, process: subprocess.Popen[str]) -> list[str]:
        assert process.stdout is not None
        answer: list[str] = json.loads(process.stdout.readline())
        return answer


@contextmanager
def thread_workers(processes: int, *arguments: str) -> Iterator[ThreadWorkers]:
    """Run this number of processes during the block."""
    workers = ThreadWorkers(processes, *arguments)
    try:
        yield workers
    finally:
        for process in workers.processes:
            process.communicate(timeout=30)
