"""Celery's door to the leagues: one service call each. Each task may run twice or not at all."""

from celery import shared_task

from fantasyf1.kit import clock

from . import services


@shared_task
def send_invitation(invitation_id: int) -> bool:
    """Send the mail of a new invitation."""
    return services.send_invitation(invitation_id=invitation_id, now=clock.now())


@shared_task
def send_invitations() -> int:
    """Beat: send the mails that could not be sent before."""
    return services.send_invitations(now=clock.now())


@shared_task
def expire_invitations() -> int:
    """Beat: mark the invitations that nobody answered in time."""
    return services.expire_invitations(now=clock.now())
