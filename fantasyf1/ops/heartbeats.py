"""Heartbeat files: every few seconds a background process writes that it works, or what keeps it from working.

`python -IS fantasyf1/ops/heartbeats.py worker` exits with 1 and a sentence if the process of that name on this machine
does not work. The health checks of containers run it all the time, so it starts neither Django nor anything else that
is not in the standard library. The supervisor reads the same files.
"""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

INTERVAL_SECONDS = 5.0
# What the file says counts for this long. A check of the broker may take 7 s, and on a busy machine everything is late.
MAX_AGE_SECONDS = 30.0


def heartbeat_path(home: Path, process: str) -> Path:
    """The file of a process. The containers of a site share the data directory, and each has its own host name."""
    return home / "heartbeats" / f"{process}@{os.uname().nodename}"


def write_heartbeat(path: Path, trouble: str = "") -> None:
    """Write that the process works, or the sentence that says what is wrong."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(trouble)
    temporary.replace(path)


def delete_old_heartbeats(home: Path, *, seconds: float = 86_400.0) -> None:
    """Delete the files of containers that no longer exist."""
    for path in (home / "heartbeats").glob("*@*"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > seconds:
                path.unlink()


def trouble_of(home: Path, process: str) -> str:
    """Return a sentence that says why the process does not work; empty if it does."""
    path = heartbeat_path(home, process)
    try:
        age, trouble = time.time() - path.stat().st_mtime, path.read_text()
    except FileNotFoundError:
        return f"{process} is not running."
    if age > MAX_AGE_SECONDS:
        return f"{process} has not reported for {age:.0f} s."
    return trouble


class Report(NamedTuple):
    """When a process last reported, in seconds since 1970, and what keeps it from working."""

    written_at: float
    trouble: str


def latest_report(home: Path, process: str) -> Report | None:
    """The last report of a process, on whichever machine it runs: pages are not served where a worker runs."""
    reports = []
    for path in (home / "heartbeats").glob(f"{process}@*"):
        with suppress(FileNotFoundError):
            reports.append(Report(path.stat().st_mtime, path.read_text()))
    return max(reports, default=None)


def latest_trouble_of(home: Path, process: str) -> str:
    """As `trouble_of`, on whichever machine the process reported last."""
    report = latest_report(home, process)
    if report is None:
        return f"{process} is not running."
    age = time.time() - report.written_at
    return f"{process} has not reported for {age:.0f} s." if age > MAX_AGE_SECONDS else report.trouble


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("Usage: heartbeats.py worker|clock|beat\n")
        return 2
    home = Path(os.environ.get("FANTASYF1_HOME") or Path(__file__).resolve().parents[2] / "var")
    trouble = trouble_of(home, arguments[0])
    sys.stdout.write(f"{trouble or f'{arguments[0]} works.'}\n")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
