"""Celery tasks of scoring: ids in, one service call. A task may run twice or not at all."""

from celery import shared_task

from fantasyf1.kit import clock
from fantasyf1.kit.portions import in_portions
from races.models import Race

from . import services


@shared_task
def score_race(race_id: int) -> int:
    return services.score_race(race=Race.objects.select_related("season").get(pk=race_id), now=clock.now())


@shared_task
def score_what_is_behind() -> int:
    """Beat: score races that a lost message left unscored."""
    return services.score_what_is_behind(now=clock.now())


@shared_task
def tell_of_changes() -> int:
    """Notify players whose points a correction changed. Beat runs it too, in case a message was lost."""
    return in_portions(lambda: services.tell_of_changes(now=clock.now()))


@shared_task
def verify_scores() -> int:
    """Beat, nightly: catch up, then verify all scores against the rules."""
    services.score_what_is_behind(now=clock.now())
    return services.verify_nightly(now=clock.now())


@shared_task
def open_due_drafts() -> int:
    """Beat: open the drafts that are due."""
    return in_portions(lambda: services.open_due_drafts(now=clock.now()))


@shared_task
def feed_demonstrations() -> int:
    """Beat: record the results of demonstration races that are due."""
    return services.feed_demonstrations(now=clock.now())
