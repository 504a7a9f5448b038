"""Celery tasks: sync the calendar every night, schedule result checks and poll for results."""

import logging

from celery import shared_task

from core import clock
from core.errors import Refused

from . import services
from .sources.client import JolpicaClient

logger = logging.getLogger(__name__)

# At most this many races per run: with one or two requests each, a run stays well under the task's time limit.
MAX_RACES_PER_RUN = 30


@shared_task
def sync_calendar() -> None:
    """Beat: sync this year's calendar from the API."""
    now = clock.now()
    try:
        with JolpicaClient() as source:
            services.sync_season(source=source, year=now.year, now=now)
    except Refused as refused:
        logger.warning("Could not update the calendar of %s: %s", now.year, refused)


@shared_task
def schedule_result_checks() -> None:
    """Beat: schedule the result checks of every season."""
    services.schedule_all_checks(now=clock.now())


@shared_task
def poll_results() -> int:
    """Beat: poll the results that are due, stopping at the first failure; returns the number of races polled."""
    with JolpicaClient() as source:
        for done in range(MAX_RACES_PER_RUN):
            checked = services.poll_next_race(source=source, now=clock.now())
            if checked is None:
                return done
            logger.log(logging.WARNING if checked.failed else logging.INFO, "%s", checked)
            if checked.failed:
                return done + 1
    return MAX_RACES_PER_RUN
