"""Celery tasks of accounts: one service call each. A task may run twice, or not at all."""

from celery import shared_task

from fantasyf1.kit import clock

from . import services
from .services.idempotency import forget_answers as forget


@shared_task
def forget_answers() -> int:
    """Beat: delete idempotency keys older than 24 hours."""
    return forget(now=clock.now())


@shared_task
def forget_old_tries() -> int:
    """Beat: delete rate limit rows that no longer limit anybody."""
    return services.forget_old_tries(now=clock.now())


@shared_task
def forget_old_families() -> int:
    """Beat: delete token families whose last token has expired."""
    return services.forget_old_families(now=clock.now())


@shared_task
def forget_notifications() -> int:
    """Beat: delete notifications read more than 90 days ago."""
    return services.forget_notifications(now=clock.now())


@shared_task
def send_letters() -> int:
    """Send the e-mails that are due: queued after each new e-mail, and run by beat to retry failed ones."""
    return services.send_letters(now=clock.now())


@shared_task
def forget_letters() -> int:
    """Beat: delete e-mails older than 30 days from the outbox."""
    return services.forget_letters(now=clock.now())


@shared_task
def forget_old_sessions() -> int:
    """Beat: delete expired sessions."""
    return services.forget_old_sessions()
