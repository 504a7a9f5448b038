"""Celery tasks for invitations: one service call each. A task may run twice or not at all."""

from celery import shared_task

from core import clock

from . import services


@shared_task
def send_invitation(invitation_id: int) -> bool:
    """Send the e-mail of a new invitation."""
    return services.send_invitation(invitation_id=invitation_id, now=clock.now())


@shared_task
def send_invitations() -> int:
    """Beat: retry invitation e-mails that have not been sent."""
    return services.send_invitations(now=clock.now())


@shared_task
def expire_invitations() -> int:
    """Beat: expire invitations that were not answered in time."""
    return services.expire_invitations(now=clock.now())
