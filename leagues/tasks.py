"""Celery tasks for invitations and webhooks: one service call each. A task may run twice or not at all."""

from celery import shared_task

from core import clock

from . import services


@shared_task
def expire_invitations() -> int:
    """Beat: expire invitations that were not answered in time."""
    return services.expire_invitations(now=clock.now())


@shared_task
def delete_old_invitations() -> int:
    """Beat: delete invitations that expired or were cancelled 90 days ago."""
    return services.delete_old_invitations(now=clock.now())


@shared_task
def send_due_webhooks() -> int:
    """Send what webhooks wait for: queued after each new event, and run by beat to retry failed attempts."""
    return services.send_due_webhooks_in_batches(now=clock.now)


@shared_task
def delete_old_webhook_deliveries() -> int:
    """Beat: delete deliveries to webhooks that were created more than 30 days ago."""
    return services.delete_old_webhook_deliveries(now=clock.now())
