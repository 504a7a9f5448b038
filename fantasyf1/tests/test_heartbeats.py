"""Heartbeat files, and the command that reads them without starting Django."""

import os
import subprocess
import sys
import time
from pathlib import Path

from fantasyf1.ops import heartbeats
from fantasyf1.ops.heartbeats import (
    MAX_AGE_SECONDS,
    delete_old_heartbeats,
    heartbeat_path,
    latest_trouble_of,
    write_heartbeat,
)


def check(home: Path, process: str) -> tuple[int, str]:
    """Run the command as a health check does."""
    done = subprocess.run(
        [sys.executable, "-IS", heartbeats.__file__, process],
        env={"FANTASYF1_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def age(path: Path, seconds: float) -> None:
    moment = time.time() - seconds
    os.utime(path, (moment, moment))


def test_each_process_is_told_from_the_others(tmp_path):
    write_heartbeat(heartbeat_path(tmp_path, "beat"))
    write_heartbeat(heartbeat_path(tmp_path, "clock"), "The broker does not respond: Timeout reading from socket")
    assert check(tmp_path, "beat") == (0, "beat works.\n")
    assert check(tmp_path, "clock") == (1, "The broker does not respond: Timeout reading from socket\n")
    assert check(tmp_path, "worker") == (1, "worker is not running.\n")


def test_a_process_that_does_not_report_is_not_healthy(tmp_path):
    write_heartbeat(path := heartbeat_path(tmp_path, "worker"))
    age(path, MAX_AGE_SECONDS + 15)
    assert check(tmp_path, "worker") == (1, "worker has not reported for 45 s.\n")


def test_two_containers_of_a_service_do_not_answer_for_each_other(tmp_path):
    write_heartbeat(tmp_path / "heartbeats" / "worker@another-container")
    assert check(tmp_path, "worker") == (1, "worker is not running.\n")


def test_the_files_of_containers_that_are_gone_are_deleted(tmp_path):
    write_heartbeat(old := tmp_path / "heartbeats" / "worker@old")
    write_heartbeat(new := tmp_path / "heartbeats" / "worker@new")
    age(old, 90_000)
    delete_old_heartbeats(tmp_path)
    assert (old.exists(), new.exists()) == (False, True)


def test_it_starts_nothing_but_the_standard_library(tmp_path):
    """A health check that starts Django costs seconds of processor time, all the time."""
    code = f"import runpy, sys; sys.argv[1:] = ['beat']; runpy.run_path({heartbeats.__file__!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-IS", "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert loaded <= {*sys.stdlib_module_names, "__main__"}


def test_pages_read_the_latest_report_of_any_machine(tmp_path):
    assert latest_trouble_of(tmp_path, "worker") == "worker is not running."
    write_heartbeat(old := tmp_path / "heartbeats" / "worker@old", "The broker does not respond.")
    age(old, 20)
    write_heartbeat(new := tmp_path / "heartbeats" / "worker@new")
    assert latest_trouble_of(tmp_path, "worker") == ""
    age(new, MAX_AGE_SECONDS + 15)
    age(old, MAX_AGE_SECONDS + 50)
    assert latest_trouble_of(tmp_path, "worker") == "worker has not reported for 45 s."
