"""The beat scheduler: a start adds missing schedules and keeps the administrator's changes."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from fantasyf1.celery import app
from fantasyf1.ops.scheduler import SLOW_TICK_SECONDS, SeedingDatabaseScheduler
from fantasyf1.ops.watchdog import Watchdog

# The scheduler closes its connection before it reads, which would end a test's transaction.
pytestmark = pytest.mark.django_db(transaction=True)


def start() -> SeedingDatabaseScheduler:
    """Start the scheduler as `fantasyf1.ops.entrypoints beat` does."""
    app.loader.import_default_modules()
    return SeedingDatabaseScheduler(app)


def row(name: str = "Poll race results") -> PeriodicTask:
    return PeriodicTask.objects.get(name=name)


def test_the_first_start_fills_the_tables():
    start()
    assert set(settings.CELERY_BEAT_SCHEDULE) == set(PeriodicTask.objects.values_list("name", flat=True))
    assert row().schedule.run_every == timedelta(minutes=1)
    assert row().expire_seconds == 120
    assert str(row("Sync race calendar").crontab).startswith("20 4 ")


def test_changes_by_an_administrator_survive_a_start():
    start()
    slower = IntervalSchedule.objects.create(every=7, period=IntervalSchedule.MINUTES)
    PeriodicTask.objects.filter(name="Poll race results").update(interval=slower, enabled=False)
    start()
    assert (row().schedule.run_every, row().enabled) == (timedelta(minutes=7), False)


def test_a_deleted_row_is_created_again():
    start()
    row().delete()
    assert "Poll race results" in start().schedule


def test_a_row_of_a_removed_task_is_deleted():
    start()
    old = PeriodicTask.objects.create(name="Fetch results", task="races.tasks.sync_results", interval=row().interval)
    assert "Fetch results" not in start().schedule
    assert not PeriodicTask.objects.filter(pk=old.pk).exists()


def test_the_clean_up_of_results_that_do_not_exist_is_deleted():
    start()
    PeriodicTask.objects.create(name="celery.backend_cleanup", task="celery.backend_cleanup", interval=row().interval)
    assert "celery.backend_cleanup" not in start().schedule
    assert not PeriodicTask.objects.filter(task="celery.backend_cleanup").exists()


def test_rows_from_before_the_queue_of_the_clock_use_it():
    start()
    PeriodicTask.objects.filter(name="Expire due turns").update(queue=None, routing_key=None, exchange=None)
    entry = start().schedule["Expire due turns"]
    assert app.amqp.router.route(dict(entry.options), entry.task)["queue"].name == "clock"


def test_a_schedule_whose_task_moved_runs_the_new_one():
    start()
    name, task = "Delete expired rate limits", "core.tasks.delete_expired_rate_limits"
    PeriodicTask.objects.filter(name=name).update(task="accounts.tasks.delete_expired_rate_limits")
    assert start().schedule[name].task == task
    assert row(name).task == task


def test_a_disabled_task_is_not_sent():
    start()
    PeriodicTask.objects.filter(name="Poll race results").update(enabled=False)
    assert "Poll race results" not in start().schedule


# -- a broker that does not work -------------------------------------------------------------------------------------


@pytest.fixture
def scheduler() -> Iterator[SeedingDatabaseScheduler]:
    """A scheduler all of whose tasks are due, with a broker whose `publish` the test replaces."""
    scheduler = start()
    long_ago = timezone.now() - timedelta(days=2)
    for entry in scheduler.schedule.values():
        entry.last_run_at = entry.model.last_run_at = long_ago
    yield scheduler
    scheduler._finalize.cancel()  # it would save the schedules when the tests end


@pytest.fixture
def broker(scheduler, monkeypatch) -> list[str]:
    """What was published. While it begins with an error, publishing fails with it."""
    published: list[str] = []

    def publish(producer, *args, **options):
        if published and published[0].startswith("error"):
            raise OSError(published[0])
        published.append(options["routing_key"])

    monkeypatch.setattr("kombu.Producer.publish", publish)
    return published


def tick(scheduler: SeedingDatabaseScheduler, times: int = 5) -> None:
    for _ in range(times):
        scheduler.tick()


def test_a_broker_that_fails_is_logged_when_it_begins_and_when_it_ends(scheduler, broker, caplog):
    broker.append("error: no memory")
    tick(scheduler)
    broker.clear()
    tick(scheduler)
    assert len(broker) == 5
    first, last = [record for record in caplog.records if record.name == "fantasyf1.ops.scheduler"]
    assert (first.levelname, first.exc_info, "no memory" in first.getMessage()) == ("WARNING", None, True)
    assert last.getMessage().startswith("Beat enqueues tasks again, after ")
    assert "Traceback" not in caplog.text


def test_the_heartbeat_says_that_nothing_is_enqueued(scheduler, broker, tmp_path):
    watchdog = Watchdog("beat", home=tmp_path, limit=60)
    scheduler.watch_with(watchdog)
    (check,) = watchdog.checks
    assert check() == ""
    broker.append("error: no memory")
    tick(scheduler)
    assert "no memory" in check()
    broker.clear()
    tick(scheduler)
    assert check() == ""
    assert watchdog.begun == 10


def test_a_beat_that_does_not_tick_is_not_healthy(scheduler, tmp_path):
    scheduler.watch_with(watchdog := Watchdog("beat", home=tmp_path, limit=60))
    scheduler._ticked_at -= SLOW_TICK_SECONDS + 10
    assert re.fullmatch(r"Beat has not ticked for 4\d s\.", watchdog.checks[0]())
