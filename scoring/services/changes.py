"""Notifications to players whose points a correction changed: what was corrected, and points before and after."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Notification
from accounts.services.notifications import News, notify_each
from fantasyf1.kit.points import points_text
from races.models import Classification

from ..history import Revisions, words_of
from ..models import ScoreChange

AT_ONCE = 500


def tell_of_changes(*, now: datetime) -> int:
    """Notify the players of at most 500 changes and mark those as notified. Returns the number of changes.

    Idempotent: an interrupted run is picked up by the next one, and the notification's key contains the change's id.
    """
    with transaction.atomic():
        unsent = ScoreChange.objects.select_for_update(no_key=True, of=("self",), skip_locked=True).filter(told_at=None)
        changes = list(_with_related(unsent).order_by("changed_at", "pk")[:AT_ONCE])
        notify_each(news=_news(changes), now=now)
        ScoreChange.objects.filter(pk__in=[change.pk for change in changes]).update(told_at=now)
    return len(changes)


def _with_related(changes: QuerySet[ScoreChange]) -> QuerySet[ScoreChange]:
    return changes.select_related("constructor__owner", "draft__league", "draft__race__season")


def _news(changes: Sequence[ScoreChange]) -> list[News]:
    """Notifications for changed points. None for changed ranks alone, bots, or players who have left."""
    corrections = _corrections(changes)
    return [
        News(
            user_id=change.constructor.owner_id,
            kind=Notification.Kind.RESULT_CORRECTED,
            key=f"score-change:{change.pk}",
            title=f"Result corrected: {change.draft.race.name}",
            body="\n".join([*corrections[change.pk], _points_sentence(change)]),
            url=reverse("scoring:league_corrections", args=[change.draft.league_id, change.draft.race_id]),
        )
        for change in changes
        if change.gain
        and change.constructor.owner_id
        and not change.constructor.is_bot
        and not change.constructor.left_at
    ]


def _corrections(changes: Sequence[ScoreChange]) -> dict[int, list[str]]:
    """Sentences on what changed in the results, by id of the score change."""
    revisions: dict[int, Revisions] = defaultdict(dict)
    for classification in Classification.objects.filter(race__in={change.draft.race_id for change in changes}):
        revisions[classification.race_id][classification.kind, classification.revision] = classification
    return {
        change.pk: words_of(change, revisions[change.draft.race_id]) or ["The points were worked out anew."]
        for change in changes
    }


def _points_sentence(change: ScoreChange) -> str:
    before, after = (points_text(points or Decimal(0)) for points in (change.points_before, change.points_after))
    return f"Your constructor {change.constructor} in {change.draft.league}: {before} -> {after} points."
