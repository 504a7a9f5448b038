"""Celery tasks for invitations: one service call each. A task may run twice or not at all."""

from celery import shared_task

from core import clock

from . import services


@shared_task
def expire_invitations() -> int:
    """Beat: expire invitations that were not answered in time."""
    return services.expire_invitations(now=clock.now())
