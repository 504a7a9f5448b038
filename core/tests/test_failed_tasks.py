"""Tasks that fail are kept, with their traceback and without secrets. Nothing else is, and nothing may depend on it."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from celery.app.trace import build_tracer
from django.conf import settings as project
from django.db import OperationalError
from django.urls import reverse
from django_celery_results.backends import DatabaseBackend
from django_celery_results.models import TaskResult

from core import clock
from core.services import rate_limits
from core.services.failed_tasks import KEPT, delete_old_failed_tasks
from core.tasks import delete_expired_rate_limits, failures
from fantasyf1.celery import app
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db

TASK = "core.tasks.delete_expired_rate_limits"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    failures._recorded_at.clear()
    yield
    failures._recorded_at.clear()


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise ValueError("redis://:hush@cache does not respond to bob@example.org")

    monkeypatch.setattr(rate_limits, "delete_expired_rate_limits", fail)


def run() -> str:
    """Run the task as a worker does; returns its id."""
    task_id = str(uuid4())
    request = {"id": task_id, "task": TASK, "argsrepr": "()", "kwargsrepr": "{}", "hostname": "worker@here"}
    build_tracer(TASK, delete_expired_rate_limits, app=app)(task_id, [], {}, request)
    return task_id


def test_a_task_that_succeeds_costs_no_query_more(django_assert_num_queries):
    with django_assert_num_queries(1):
        run()
    assert not TaskResult.objects.exists()


def test_a_task_that_fails_is_kept_without_secrets(fails):
    task_id = run()
    failed = TaskResult.objects.get()
    assert (failed.task_id, failed.task_name, failed.status) == (task_id, TASK, "FAILURE")
    assert "ValueError" in failed.traceback
    assert "hush" not in failed.traceback + failed.result
    assert "bob@example.org" not in failed.traceback + failed.result


def test_it_is_kept_once_in_a_minute(fails, monkeypatch):
    run()
    run()
    assert TaskResult.objects.count() == 1
    failures._recorded_at[TASK] -= failures.INTERVAL_SECONDS
    run()
    assert TaskResult.objects.count() == 2


def test_a_failure_that_cannot_be_stored_is_only_in_the_log(fails, monkeypatch, caplog):
    def refuse(*_: Any, **__: Any) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(DatabaseBackend, "_store_result", refuse)
    with caplog.at_level(logging.WARNING):
        task_id = run()
    messages = [record.getMessage() for record in caplog.records]
    assert f"The failure of task {task_id} could not be recorded: the database is away" in messages
    assert any("raised unexpected: ValueError" in message for message in messages)


def test_they_are_deleted_after_a_month(fails):
    run()
    now = clock.now()
    assert delete_old_failed_tasks(now=now) == 0
    TaskResult.objects.update(date_done=now - KEPT - timedelta(seconds=1))
    assert delete_old_failed_tasks(now=now) == 1


def test_beat_has_a_schedule_for_that():
    assert "core.tasks.delete_old_failed_tasks" in {entry["task"] for entry in project.CELERY_BEAT_SCHEDULE.values()}


# -- the admin ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def administrator() -> Any:
    return UserFactory.create(is_superuser=True, is_staff=True)


def test_administrators_read_the_traceback(fails, client, administrator):
    run()
    client.force_login(administrator)
    failed = TaskResult.objects.get()
    page = client.get(reverse("admin:django_celery_results_taskresult_change", args=[failed.pk])).content.decode()
    assert "Traceback (most recent call last)" in page
    assert "ValueError: redis://[removed]@cache does not respond to [removed]" in page


def test_managers_do_not(fails, client, league, alice):
    run()
    client.force_login(alice)
    assert client.get(reverse("admin:django_celery_results_taskresult_changelist")).status_code == 403


def test_the_first_page_of_the_admin_counts_them(fails, client, administrator):
    run()
    client.force_login(administrator)
    (shown,) = [task for task in client.get("/admin/").context["dashboard"].to_do if "failed" in task.label]
    assert shown.count == 1
    assert client.get(shown.url).context["cl"].result_count == 1
    TaskResult.objects.update(date_done=clock.now() - timedelta(hours=25))
    assert client.get(shown.url).context["cl"].result_count == 0
    assert not [task for task in client.get("/admin/").context["dashboard"].to_do if "failed" in task.label]
