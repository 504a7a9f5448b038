"""Telling players whose points a correction has changed, what was corrected and by how much it changed them."""

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
    """Tell the players of 500 changes at most, and note that they have been told; returns of how many changes.

    Each is told once: what was cut short is found again, and the key of the news names the change.
    """
    with transaction.atomic():
        untold = ScoreChange.objects.select_for_update(no_key=True, of=("self",), skip_locked=True).filter(told_at=None)
        changes = list(_with_everything(untold).order_by("changed_at", "pk")[:AT_ONCE])
        notify_each(news=_news(changes), now=now)
        ScoreChange.objects.filter(pk__in=[one.pk for one in changes]).update(told_at=now)
    return len(changes)


def _with_everything(changes: QuerySet[ScoreChange]) -> QuerySet[ScoreChange]:
    return changes.select_related("constructor__owner", "draft__league", "draft__race__season")


def _news(changes: Sequence[ScoreChange]) -> list[News]:
    """What there is to tell: nothing where only ranks changed, and nothing to bots and to those who have left."""
    corrections = _corrections(changes)
    return [
        News(
            user_id=one.constructor.owner_id,
            kind=Notification.Kind.RESULT_CORRECTED,
            key=f"score-change:{one.pk}",
            title=f"Result corrected: {one.draft.race.name}",
            body="\n".join([*corrections[one.pk], _consequence(one)]),
            url=reverse("scoring:league_corrections", args=[one.draft.league_id, one.draft.race_id]),
        )
        for one in changes
        if one.gain and one.constructor.owner_id and not one.constructor.is_bot and not one.constructor.left_at
    ]


def _corrections(changes: Sequence[ScoreChange]) -> dict[int, list[str]]:
    """For each change what had changed in the results, in sentences, by the change's id."""
    revisions: dict[int, Revisions] = defaultdict(dict)
    for one in Classification.objects.filter(race__in={change.draft.race_id for change in changes}):
        revisions[one.race_id][one.kind, one.revision] = one
    return {
        change.pk: words_of(change, revisions[change.draft.race_id]) or ["The points were worked out anew."]
        for change in changes
    }


def _consequence(change: ScoreChange) -> str:
    before, after = (points_text(points or Decimal(0)) for points in (change.points_before, change.points_after))
    return f"Your constructor {change.constructor} in {change.draft.league}: {before} -> {after} points."
