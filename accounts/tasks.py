"""Celery's door to the accounts: one service call each. Each task may run twice or not at all."""

from celery import shared_task

from fantasyf1.kit import clock

from . import services
from .services.idempotency import forget_answers as forget


@shared_task
def forget_answers() -> int:
    """Beat: delete the answers of actions that are kept no longer."""
    return forget(now=clock.now())


@shared_task
def forget_old_tries() -> int:
    """Beat: delete the tries that count no longer."""
    return services.forget_old_tries(now=clock.now())


@shared_task
def forget_old_families() -> int:
    """Beat: delete the sign-ins of apps whose last token has expired."""
    return services.forget_old_families(now=clock.now())


@shared_task
def forget_notifications() -> int:
    """Beat: delete news that was read long ago."""
    return services.forget_notifications(now=clock.now())


@shared_task
def send_letters() -> int:
    """Send the letters that are due: after one was posted, and at every beat what could not be sent before."""
    return services.send_letters(now=clock.now())


@shared_task
def forget_letters() -> int:
    """Beat: delete old letters."""
    return services.forget_letters(now=clock.now())


@shared_task
def forget_old_sessions() -> int:
    """Beat: delete the sessions that have expired."""
    return services.forget_old_sessions()
