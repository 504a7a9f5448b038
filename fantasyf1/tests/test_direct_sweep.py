"""The direct sweep of beat: the tasks of the clock, without the broker."""

import logging

import pytest
from django.conf import settings
from django.db import OperationalError

from fantasyf1.celery import app
from fantasyf1.ops import direct_sweep
from fantasyf1.ops.direct_sweep import DirectSweep, run_directly
from fantasyf1.ops.watchdog import Watchdog
from tests.test_supervisor import wait_until

NAME = settings.CLOCK_TASKS[0]


@pytest.fixture(autouse=True)
def connections_are_kept(monkeypatch):
    """The connection of a test is in its transaction."""
    monkeypatch.setattr(direct_sweep, "close_old_connections", lambda: None)


@pytest.fixture
def errors(monkeypatch) -> list[Exception]:
    """The first task of the clock raises these one after the other, and then returns."""
    app.loader.import_default_modules()
    errors: list[Exception] = []

    def run() -> None:
        if errors:
            raise errors.pop(0)

    monkeypatch.setattr(app.tasks[NAME], "run", run)
    return errors


@pytest.mark.parametrize(
    ("error", "level", "has_traceback"),
    [(OperationalError("canceling statement"), logging.WARNING, False), (KeyError("a bug"), logging.ERROR, True)],
)
def test_an_error_is_logged_and_ends_nothing(errors, caplog, error, level, has_traceback):
    errors.append(error)
    run_directly(NAME)
    run_directly(NAME)
    (record,) = caplog.records
    assert (record.levelno, bool(record.exc_info)) == (level, has_traceback)
    assert NAME in record.getMessage()


def test_every_task_of_the_clock_is_run_again_and_again(monkeypatch, tmp_path):
    ran: list[str] = []
    monkeypatch.setattr(direct_sweep, "run_directly", ran.append)
    monkeypatch.setattr(direct_sweep, "INTERVAL_SECONDS", 0.01)
    watchdog = Watchdog("beat", home=tmp_path, limit=60)
    sweep = DirectSweep(watchdog)
    sweep.start()
    wait_until(lambda: len(ran) >= 2 * len(settings.CLOCK_TASKS))
    sweep.close()
    sweep.join(60)
    assert ran[: len(settings.CLOCK_TASKS) * 2] == [*settings.CLOCK_TASKS] * 2
    assert watchdog.begun == len(ran)
