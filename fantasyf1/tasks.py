"""Celery tasks of the project package: one call each. A task may run twice, or not at all."""

from celery import shared_task

from core import clock
from fantasyf1.ops.backups import monitoring


@shared_task
def back_up_when_due() -> bool:
    """Beat, every hour: make the backup of last night if it is missing, and notify administrators of trouble."""
    return monitoring.back_up_when_due(now=clock.now())
