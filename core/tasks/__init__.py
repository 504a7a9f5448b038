"""Celery tasks of core, one service call each, and helpers for the tasks of every app: enqueueing and batching."""

from celery import shared_task

from core import clock
from core.services import idempotency_keys, rate_limits


@shared_task
def delete_expired_idempotency_keys() -> int:
    """Beat: delete idempotency keys older than 24 hours."""
    return idempotency_keys.delete_expired_idempotency_keys(now=clock.now())


@shared_task
def delete_expired_rate_limits() -> int:
    """Beat: delete rate limit rows that no longer limit anybody."""
    return rate_limits.delete_expired_rate_limits(now=clock.now())
