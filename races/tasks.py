"""Celery tasks: sync the calendar every night, schedule result checks and poll for results."""

import logging
from datetime import datetime

from celery import shared_task

from core import clock
from core.errors import Refused

from . import services
from .selectors import current_year
from .sources.client import JolpicaClient, UnknownSeason
from .sources.parser import SourceError

logger = logging.getLogger(__name__)

# At most this many races per run: with one or two requests each, a run stays well under the task's time limit.
MAX_RACES_PER_RUN = 30


@shared_task
def sync_calendar() -> None:
    """Beat: sync the calendars of this year and of the current season, which after the last race is the next one."""
    now = clock.now()
    services.open_current_season(now=now)
    with JolpicaClient() as source:
        for year in sorted({now.year, current_year(now) or now.year}):
            if not _sync_calendar(source, year, now):
                return


def _sync_calendar(source: JolpicaClient, year: int, now: datetime) -> bool:
    """Returns False if the source cannot be read: other calendars would fail too."""
    try:
        services.sync_season(source=source, year=year, now=now)
    except UnknownSeason as refused:
        # Nothing is wrong: the next calendar is published some time after the last race.
        logger.info("%s", refused)
    except Refused as refused:
        logger.warning("Could not update the calendar of %s: %s", year, refused)
        return not isinstance(refused, SourceError)
    return True


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


@shared_task
def delete_old_result_checks() -> int:
    """Beat: delete the completed checks of seasons that are no longer verified."""
    return services.delete_old_result_checks(now=clock.now())


@shared_task
def delete_quarantine_payloads() -> int:
    """Beat: delete the data of settled quarantine cases after the end of their season."""
    return services.delete_quarantine_payloads(now=clock.now())
