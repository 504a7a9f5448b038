"""The tasks that failed (core.tasks.failures): how many there are, and when they are deleted."""

from datetime import datetime, timedelta

from celery import states
from django.db.models import QuerySet
from django_celery_results.models import TaskResult

from core.querysets import delete_in_batches

KEPT = timedelta(days=30)


def failed_tasks() -> QuerySet[TaskResult]:
    return TaskResult.objects.filter(status=states.FAILURE)


def delete_old_failed_tasks(*, now: datetime) -> int:
    """Delete what is older than `KEPT`; returns how many."""
    return delete_in_batches(TaskResult.objects.filter(date_done__lt=now - KEPT))
