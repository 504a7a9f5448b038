"""Celery's door to scoring: ids in, one service call. Each task may run twice or not at all."""

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
    """Beat: score what a lost message left behind."""
    return services.score_what_is_behind(now=clock.now())


@shared_task
def tell_of_changes() -> int:
    """Tell players of points that a correction has changed; Beat: of those, too, of whom a lost message told nobody."""
    return in_portions(lambda: services.tell_of_changes(now=clock.now()))


@shared_task
def verify_scores() -> int:
    """Beat, every night: check all scores against the rules."""
    services.score_what_is_behind(now=clock.now())
    return services.verify_nightly(now=clock.now())


@shared_task
def open_due_drafts() -> int:
    """Beat: open the drafts whose time has come."""
    return in_portions(lambda: services.open_due_drafts(now=clock.now()))


@shared_task
def feed_demonstrations() -> int:
    """Beat: let the results of demonstration races come in."""
    return services.feed_demonstrations(now=clock.now())
