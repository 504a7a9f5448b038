"""Signal receivers of notifications. Each makes one call to a task."""

from typing import Any

from django.dispatch import receiver

from core.tasks.enqueue import enqueue_on_commit

from . import tasks
from .signals import email_enqueued, notifications_created


@receiver(email_enqueued)
def on_email_enqueued(**_: Any) -> None:
    enqueue_on_commit(tasks.send_due_emails)


@receiver(notifications_created)
def on_notifications_created(**_: Any) -> None:
    enqueue_on_commit(tasks.deliver_new_notifications)
