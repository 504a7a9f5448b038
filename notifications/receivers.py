"""Signal receivers of notifications. Each makes one call to a task or a service."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from core.tasks.enqueue import enqueue_on_commit

from . import services, tasks
from .signals import email_enqueued, notifications_created


@receiver(email_enqueued)
def on_email_enqueued(**_: Any) -> None:
    enqueue_on_commit(tasks.send_due_emails)


@receiver(notifications_created)
def on_notifications_created(**_: Any) -> None:
    enqueue_on_commit(tasks.deliver_new_notifications)


@receiver(user_logged_out)
def on_user_logged_out(*, request: HttpRequest, **_: Any) -> None:
    services.remove_push_of_session(session=request.session)
