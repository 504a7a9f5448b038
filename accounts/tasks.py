"""Celery tasks of accounts: one service call each. A task may run twice, or not at all."""

from celery import shared_task

from core import clock

from . import services


@shared_task
def delete_expired_token_families() -> int:
    """Beat: delete token families whose last token has expired."""
    return services.delete_expired_token_families(now=clock.now())


@shared_task
def delete_old_notifications() -> int:
    """Beat: delete notifications read more than 90 days ago."""
    return services.delete_old_notifications(now=clock.now())


@shared_task
def send_due_emails() -> int:
    """Send the e-mails that are due: queued after each new e-mail, and run by beat to retry failed ones."""
    return services.send_due_emails(now=clock.now())


@shared_task
def delete_old_emails() -> int:
    """Beat: delete e-mails older than 30 days from the outbox."""
    return services.delete_old_emails(now=clock.now())


@shared_task
def delete_expired_sessions() -> int:
    """Beat: delete expired sessions."""
    return services.delete_expired_sessions()
