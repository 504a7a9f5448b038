"""Celery tasks: sync the calendar every night, schedule result checks and poll for results."""

import logging

from celery import shared_task

from fantasyf1.kit import clock
from fantasyf1.kit.errors import Refused

from . import services
from .jolpica import Jolpica

logger = logging.getLogger(__name__)

# At most this many races per run: with one or two requests each, a run stays well under the task's time limit.
MOST_RACES = 30


@shared_task
def sync_calendar() -> None:
    """Beat: sync this year's calendar from the API."""
    now = clock.now()
    try:
        with Jolpica() as source:
            services.sync_season(source=source, year=now.year, now=now)
    except Refused as refused:
        logger.warning("The calendar of %s was not updated: %s", now.year, refused)


@shared_task
def plan_checks() -> None:
    """Beat: schedule the result checks of every season."""
    services.plan_all_checks(now=clock.now())


@shared_task
def ask_for_results() -> int:
    """Beat: poll the results that are due, stopping at the first failure; returns the number of races polled."""
    with Jolpica() as source:
        for done in range(MOST_RACES):
            checked = services.check_next(source=source, now=clock.now())
            if checked is None:
                return done
            logger.log(logging.WARNING if checked.failed else logging.INFO, "%s", checked)
            if checked.failed:
                return done + 1
    return MOST_RACES
