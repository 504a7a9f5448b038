"""Background work for races: the nightly calendar and the hourly results. A failure is one line in the log."""

import logging

from celery import shared_task

from fantasyf1.kit import clock
from fantasyf1.kit.errors import Refused

from . import services
from .jolpica import Jolpica
from .selectors import current_season

logger = logging.getLogger(__name__)


@shared_task
def sync_calendar() -> None:
    """Bring the calendar of this year up to date."""
    now = clock.now()
    try:
        with Jolpica() as source:
            services.sync_season(source=source, year=now.year, now=now)
    except Refused as refused:
        logger.warning("The calendar of %s was not updated: %s", now.year, refused)


@shared_task
def sync_results() -> None:
    """Fetch the classifications that should be out."""
    now = clock.now()
    season = current_season(now)
    if season is None:
        return
    try:
        with Jolpica() as source:
            for outcome in services.sync_waiting_results(source=source, season=season, now=now):
                logger.info("%s", outcome)
    except Refused as refused:
        logger.warning("No results were fetched: %s", refused)
