"""The test's end of `tests.processes.crash_worker`: processes of the game that do what they are told."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection


class CrashWorker:
    """One such process: `send` tells it what to do, `receive` waits for what came of it."""

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


@contextmanager
def crash_workers(count: int) -> Iterator[list[CrashWorker]]:
    """So many processes for as long as the block lasts."""
    workers = [CrashWorker() for _ in range(count)]
    try:
        yield workers
    finally:
        for hand in workers:
            hand.process.communicate(timeout=20)
