"""Celery tasks of accounts: one service call each. A task may run twice, or not at all."""

from celery import shared_task

from core import clock

from . import services
from .services.idempotency import delete_expired_idempotency_keys as delete_expired_keys


@shared_task
def delete_expired_idempotency_keys() -> int:
    """Beat: delete idempotency keys older than 24 hours."""
    return delete_expired_keys(now=clock.now())


@shared_task
def delete_expired_rate_limits() -> int:
    """Beat: delete rate limit rows that no longer limit anybody."""
    return services.delete_expired_rate_limits(now=clock.now())


@shared_task
def delete_expired_token_families() -> int:
    """Beat: delete token families whose last token has expired."""
    return services.delete_expired_token_families(now=clock.now())


@shared_task
def delete_expired_sessions() -> int:
    """Beat: delete expired sessions."""
    return services.delete_expired_sessions()
