"""Celery tasks of core, one service call each, and helpers for the tasks of every app: enqueueing and batching."""

from celery import shared_task

from core import clock
from core.services import failed_tasks, idempotency_keys, rate_limits


@shared_task
def delete_expired_idempotency_keys() -> int:
    """Beat: delete idempotency keys older than 24 hours."""
    return idempotency_keys.delete_expired_idempotency_keys(now=clock.now())


@shared_task
def delete_expired_rate_limits() -> int:
    """Beat: delete rate limit rows that no longer limit anybody."""
    return rate_limits.delete_expired_rate_limits(now=clock.now())


@shared_task
def delete_old_failed_tasks() -> int:
    """Beat: delete failed tasks older than 30 days."""
    return failed_tasks.delete_old_failed_tasks(now=clock.now())
