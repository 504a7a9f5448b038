"""Background work for races: the nightly calendar, and the results whose time has come."""

import logging

from celery import shared_task

from fantasyf1.kit import clock
from fantasyf1.kit.errors import Refused

from . import services
from .jolpica import Jolpica

logger = logging.getLogger(__name__)

# Races that one call asks for; with a request or two for each it is done in well under its time limit.
MOST_RACES = 30


@shared_task
def sync_calendar() -> None:
    """Beat: bring the calendar of this year up to date."""
    now = clock.now()
    try:
        with Jolpica() as source:
            services.sync_season(source=source, year=now.year, now=now)
    except Refused as refused:
        logger.warning("The calendar of %s was not updated: %s", now.year, refused)


@shared_task
def plan_checks() -> None:
    """Beat: write down when results are asked for."""
    services.plan_all_checks(now=clock.now())


@shared_task
def ask_for_results() -> int:
    """Beat: ask for the results that are due, until the source gives no answer; returns for how many races."""
    with Jolpica() as source:
        for done in range(MOST_RACES):
            checked = services.check_next(source=source, now=clock.now())
            if checked is None:
                return done
            logger.log(logging.WARNING if checked.failed else logging.INFO, "%s", checked)
            if checked.failed:
                return done + 1
    return MOST_RACES
