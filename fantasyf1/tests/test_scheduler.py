"""The beat scheduler: a start adds missing schedules and keeps the administrator's changes."""

from datetime import timedelta

import pytest
from django.conf import settings
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from fantasyf1.celery import app
from fantasyf1.ops.scheduler import SeedingDatabaseScheduler

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
    own = PeriodicTask.objects.exclude(name="celery.backend_cleanup")
    assert set(settings.CELERY_BEAT_SCHEDULE) == set(own.values_list("name", flat=True))
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
