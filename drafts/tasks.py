"""Celery's door to the drafts: one service call each. Each task may run twice or not at all."""

from celery import shared_task

from fantasyf1.kit import clock
from fantasyf1.kit.portions import in_portions

from . import services


@shared_task
def schedule_drafts() -> int:
    """Beat: make the missing drafts of the leagues' next races."""
    return services.schedule_drafts(now=clock.now())


@shared_task
def lock_due_drafts() -> int:
    """Beat: lock the drafts whose time has come, and fill what is missing."""
    return services.lock_due_drafts(now=clock.now())


@shared_task
def play_bots() -> int:
    """Beat: make the picks of bots that are on the clock."""
    return services.play_bots(now=clock.now())


@shared_task
def expire_due_turns() -> int:
    """Beat: end the turns whose time is over."""
    return in_portions(lambda: services.expire_due_turns(now=clock.now()))
