"""Celery tasks of scoring: ids in, one service call. A task may run twice or not at all."""

from celery import shared_task

from core import clock
from core.tasks.batching import run_in_batches
from races.models import Race

from . import services


@shared_task
def score_race(race_id: int) -> int:
    return services.score_race(race=Race.objects.select_related("season").get(pk=race_id), now=clock.now())


@shared_task
def catch_up_scores() -> int:
    """Beat: score races that a lost message left unscored."""
    return services.catch_up_scores(now=clock.now())


@shared_task
def notify_of_results() -> int:
    """Notify players of their points in a race, and of the end of a season. Beat runs it too, as it does the next."""
    told = run_in_batches(lambda: services.notify_of_scores(now=clock.now()))
    return told + run_in_batches(lambda: services.notify_of_season_ends(now=clock.now()))


@shared_task
def notify_of_corrections() -> int:
    """Notify players whose points a correction changed. Beat runs it too, in case a message was lost."""
    return run_in_batches(lambda: services.notify_of_corrections(now=clock.now()))


@shared_task
def verify_scores() -> int:
    """Beat, nightly: catch up, then verify all scores against the rules."""
    services.catch_up_scores(now=clock.now())
    return services.verify_nightly(now=clock.now())


@shared_task
def record_demonstration_results() -> int:
    """Beat: record the results of demonstration races that are due."""
    return services.record_demonstration_results(now=clock.now())
