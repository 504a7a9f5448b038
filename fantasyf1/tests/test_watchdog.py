"""The watchdog: work that hangs ends the process, and the heartbeat says whether it works."""

import os
import threading
import time
from pathlib import Path

import pytest

from fantasyf1.ops import watchdog as module
from fantasyf1.ops.heartbeats import heartbeat_path, trouble_of, write_heartbeat
from fantasyf1.ops.watchdog import Watchdog, Work, slow_work
from tests.test_supervisor import wait_until

LIMIT = 60.0


class Exited(Exception):  # noqa: N818 - it is no error
    """The process would have exited."""


@pytest.fixture
def exits(monkeypatch) -> list[int]:
    """The statuses with which the process would have exited."""
    statuses: list[int] = []

    def leave(status: int) -> None:
        statuses.append(status)
        raise Exited

    monkeypatch.setattr(os, "_exit", leave)
    return statuses


def began(watchdog: Watchdog, name: str, seconds: float, thread: int = 1) -> None:
    """Pretend that a thread began to work so many seconds ago."""
    watchdog._working[thread] = Work(name, time.monotonic() - seconds)


def test_work_over_its_limit_ends_the_process(tmp_path, exits, caplog):
    watchdog = Watchdog("worker", home=tmp_path, limit=LIMIT)
    began(watchdog, "races.tasks.poll_results (7)", LIMIT + 5)
    with pytest.raises(Exited):
        watchdog.run()
    assert exits == [1]
    sentence = "races.tasks.poll_results (7) has been running for 65 s."
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", f"worker is restarted: {sentence}")
    ]
    assert trouble_of(tmp_path, "worker") == sentence


def test_other_work_can_end_before_the_process_exits(tmp_path, exits, monkeypatch):
    monkeypatch.setattr(module, "GRACE_SECONDS", 60.0)
    told_to_stop, ended = threading.Event(), []
    watchdog = Watchdog("worker", home=tmp_path, limit=LIMIT, stop=told_to_stop.set)
    began(watchdog, "hanging", LIMIT + 1)

    def work() -> None:
        with watchdog.watched("short"):
            told_to_stop.wait(60)
            ended.append("short")

    thread = threading.Thread(target=work)
    thread.start()
    wait_until(lambda: watchdog.begun)
    with pytest.raises(Exited):
        watchdog.run()
    assert ended == ["short"]
    thread.join()


def test_it_does_not_wait_longer_than_the_grace_period(tmp_path, exits, monkeypatch):
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.0)
    watchdog = Watchdog("worker", home=tmp_path, limit=LIMIT)
    began(watchdog, "hanging", LIMIT + 1)
    began(watchdog, "long", 1, thread=2)
    with pytest.raises(Exited):
        watchdog.run()
    assert exits == [1]


def test_what_has_ended_is_no_longer_watched(tmp_path):
    watchdog = Watchdog("worker", home=tmp_path, limit=LIMIT)
    with watchdog.watched("short"):
        assert [work.name for work in watchdog.working] == ["short"]
    assert (watchdog.working, watchdog.begun) == ([], 1)


def test_a_running_process_has_a_heartbeat_and_a_stopped_one_has_none(tmp_path):
    watchdog = Watchdog("beat", home=tmp_path, limit=LIMIT)
    watchdog.start()
    wait_until(lambda: not trouble_of(tmp_path, "beat"))
    watchdog.close()
    assert trouble_of(tmp_path, "beat") == "beat is not running."


def test_the_heartbeat_has_what_the_checks_say(tmp_path):
    watchdog = Watchdog("beat", home=tmp_path, limit=LIMIT)
    watchdog.checks += [lambda: "", lambda: "Tasks cannot be enqueued."]
    watchdog.start()
    wait_until(lambda: trouble_of(tmp_path, "beat") == "Tasks cannot be enqueued.")
    watchdog.close()


def test_a_check_that_fails_does_not_end_the_watchdog(tmp_path, caplog):
    def fail() -> str:
        raise KeyError("a bug")

    watchdog = Watchdog("beat", home=tmp_path, limit=LIMIT)
    watchdog.checks.append(fail)
    watchdog.start()
    wait_until(lambda: trouble_of(tmp_path, "beat") == "A check failed: KeyError('a bug')")
    assert watchdog.is_alive()
    watchdog.close()


def test_on_a_full_disk_the_heartbeat_goes_on(tmp_path, monkeypatch):
    write_heartbeat(path := heartbeat_path(tmp_path, "beat"))
    os.utime(path, (0, 0))

    def write(path: Path, trouble: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_heartbeat", write)
    monkeypatch.setattr(module, "delete_old_heartbeats", lambda home: None)
    watchdog = Watchdog("beat", home=tmp_path, limit=LIMIT)
    watchdog.start()
    wait_until(lambda: path.stat().st_mtime > 0)
    watchdog.close()


@pytest.mark.parametrize(("ages", "is_trouble"), [((), False), ((50,), False), ((50, 1), False), ((50, 31), True)])
def test_a_worker_is_in_trouble_when_all_its_threads_are_slow(tmp_path, ages, is_trouble):
    watchdog = Watchdog("worker", home=tmp_path, limit=LIMIT)
    for thread, age in enumerate(ages):
        began(watchdog, f"task {thread}", age, thread)
    assert bool(slow_work(watchdog, seconds=30, threads=2)()) == is_trouble
