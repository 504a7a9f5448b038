"""Celery tasks of notifications: one service call each. A task may run twice, or not at all."""

from celery import shared_task

from core import clock

from . import services


@shared_task
def delete_old_notifications() -> int:
    """Beat: delete notifications read more than 90 days ago."""
    return services.delete_old_notifications(now=clock.now())


@shared_task
def deliver_notifications() -> int:
    """Send new notifications by e-mail and push, and those that are due: queued after each, and run by beat."""
    services.dispatch_notifications(now=clock.now())
    return services.send_due_deliveries(now=clock.now())


@shared_task
def delete_old_deliveries() -> int:
    """Beat: delete deliveries that were created more than 30 days ago."""
    return services.delete_old_deliveries(now=clock.now())


@shared_task
def send_due_emails() -> int:
    """Send the e-mails that are due: queued after each new e-mail, and run by beat to retry failed ones."""
    return services.send_due_emails(now=clock.now())


@shared_task
def delete_old_emails() -> int:
    """Beat: delete e-mails older than 30 days from the outbox."""
    return services.delete_old_emails(now=clock.now())
