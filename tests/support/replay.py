"""Starts and controls the replay server, which responds like the F1 API with real seasons, a clock and faults.

The server is a program beside the repository, or the file that `FANTASYF1_REPLAY` names. Tests that need it are skipped
if it is missing.
"""

import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any, Self

REPLAY_PROGRAM = Path(
    os.environ.get("FANTASYF1_REPLAY", Path(__file__).resolve().parents[3] / "shared" / "f1-api" / "replay.py")
)
INITIAL_STATE: dict[str, Any] = {
    "now": None,
    "fault": None,
    "withdraw": [],
    "cancel": [],
    "reschedule": {},
    "reset": True,
}


class ReplayServer:
    """One replay server on a free port: a context manager; `url` is the value for F1_API_URL.

    It serves the seasons in the folder beside its program; `program` is a copy of it with others.
    """

    def __init__(self, *options: str, program: Path = REPLAY_PROGRAM) -> None:
        self.options = options
        self.program = program

    def start(self) -> Self:
        command = [sys.executable, str(self.program), "--port", "0", *self.options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        found = re.search(r"http://\S+", self.process.stdout.readline())
        assert found, "the replay server says where it serves"
        self.url = found.group()
        return self

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def control(self, **order: Any) -> dict[str, Any]:
        """Change the state of the server, for example with `fault={"kind": "html"}`; returns the new state."""
        address = self.url.removesuffix("ergast/f1/") + "_control"
        request = urllib.request.Request(address, json.dumps(order).encode())  # noqa: S310 - our own server
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            state: dict[str, Any] = json.load(answer)
            return state

    def reset(self) -> None:
        """Publish every result, clear all faults and forget all requests."""
        self.control(**INITIAL_STATE)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The requests since the last `reset`: path, at, user_agent."""
        seen: list[dict[str, Any]] = self.control()["requests"]
        return seen
