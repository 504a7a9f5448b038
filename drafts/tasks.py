"""Celery tasks: one service call each. Tasks are idempotent; a lost run is made up for by the next one."""

from celery import shared_task

from core import clock
from core.tasks.batching import run_in_batches

from . import services


@shared_task
def schedule_drafts() -> int:
    """Beat: create the missing drafts of the leagues' next races."""
    return services.schedule_drafts(now=clock.now())


@shared_task
def open_due_drafts() -> int:
    """Beat: open the drafts that are due, in batches."""
    return run_in_batches(lambda: services.open_due_drafts(now=clock.now()))


@shared_task
def lock_due_drafts() -> int:
    """Beat: lock due drafts and autopick their missing picks."""
    return services.lock_due_drafts(now=clock.now())


@shared_task
def replace_absent_managers() -> int:
    """Beat: hand over leagues whose drafts wait for a manager who has not been seen for 60 days."""
    return services.replace_absent_managers(now=clock.now())


@shared_task
def make_bot_picks() -> int:
    """Beat: make the picks of bots that are on the clock."""
    return services.make_bot_picks(now=clock.now())


@shared_task
def expire_due_turns() -> int:
    """Beat: expire the turns whose time has run out, in batches."""
    return run_in_batches(lambda: services.expire_due_turns(now=clock.now()))


@shared_task
def remind_of_turns() -> int:
    """Beat: tell the players on the clock when half of their time is over, in batches."""
    return run_in_batches(lambda: services.remind_of_turns(now=clock.now()))


@shared_task
def remind_of_missing_picks() -> int:
    """Beat: tell players with a missing pick that the draft locks soon, in batches."""
    return run_in_batches(lambda: services.remind_of_missing_picks(now=clock.now()))
