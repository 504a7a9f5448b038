"""Celery tasks of notifications: one service call each. A task may run twice, or not at all."""

from celery import shared_task
from django.conf import settings

from core import clock
from core.tasks.batching import run_in_batches

from . import services


@shared_task
def delete_old_notifications() -> int:
    """Beat: delete notifications that were read 90 days ago, and unread ones after 180 days."""
    return services.delete_old_notifications(now=clock.now())


# Few, so that an urgent notification does not wait for the dispatch of hundreds of others.
NEW_AT_ONCE = 50


@shared_task
def deliver_new_notifications() -> int:
    """Queued after each event: send a batch by e-mail and push, the urgent ones first. Beat does the rest."""
    services.dispatch_notifications(now=clock.now(), limit=NEW_AT_ONCE)
    return services.send_due_deliveries(now=clock.now())


@shared_task
def deliver_notifications() -> int:
    """Beat, every 10 s: send what is due by e-mail and push, at most `NOTIFICATIONS_PER_SECOND` by each channel."""
    run_in_batches(lambda: services.dispatch_notifications(now=clock.now()), size=services.DISPATCH_BATCH_SIZE)
    # A batch has at most ten deliveries for each channel: one for each second until the next run.
    batches = settings.NOTIFICATIONS_PER_SECOND
    return run_in_batches(lambda: services.send_due_deliveries(now=clock.now()), size=1, most=batches)


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
