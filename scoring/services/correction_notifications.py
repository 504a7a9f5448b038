"""Notifications to players whose points a correction changed: what was corrected, and points before and after."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from core.formatting.points import format_points
from notifications.services import NewNotification, notify_each
from races.models import Classification

from ..corrections import Revisions, what_changed
from ..models import ScoreChange
from ..notification_kinds import POINTS_CORRECTED

BATCH_SIZE = 500


def notify_of_corrections(*, now: datetime) -> int:
    """Notify the players of at most 500 changes and mark those as notified. Returns the number of changes.

    Idempotent: an interrupted run is picked up by the next one, and the notification's key contains the change's id.
    """
    with transaction.atomic():
        unsent = ScoreChange.objects.select_for_update(no_key=True, of=("self",), skip_locked=True).filter(
            notified_at=None
        )
        changes = list(_with_related(unsent).order_by("changed_at", "pk")[:BATCH_SIZE])
        notify_each(notifications=_notifications(changes), now=now)
        ScoreChange.objects.filter(pk__in=[change.pk for change in changes]).update(notified_at=now)
    return len(changes)


def _with_related(changes: QuerySet[ScoreChange]) -> QuerySet[ScoreChange]:
    return changes.select_related("constructor__owner", "draft__league", "draft__race__season")


def _notifications(changes: Sequence[ScoreChange]) -> list[NewNotification]:
    """Notifications for changed points. None for changed ranks alone, bots, or players who have left."""
    changed = _what_changed(changes)
    return [
        NewNotification(
            user_id=change.constructor.owner_id,
            message=POINTS_CORRECTED,
            key=f"score-change:{change.pk}",
            params=_params(change) | {"changed": changed[change.pk]},
        )
        for change in changes
        if change.gain
        and change.constructor.owner_id
        and not change.constructor.is_bot
        and not change.constructor.left_at
    ]


def _what_changed(changes: Sequence[ScoreChange]) -> dict[int, dict[str, Any]]:
    """What changed in the results, by id of the score change."""
    revisions: dict[int, Revisions] = defaultdict(dict)
    for classification in Classification.objects.filter(race__in={change.draft.race_id for change in changes}):
        revisions[classification.race_id][classification.kind, classification.revision] = classification
    return {change.pk: what_changed(change, revisions[change.draft.race_id]) for change in changes}


def _params(change: ScoreChange) -> dict[str, Any]:
    before, after = (format_points(points or Decimal(0)) for points in (change.points_before, change.points_after))
    return {
        "league_id": change.draft.league_id,
        "league": change.draft.league.name,
        "race_id": change.draft.race_id,
        "race": change.draft.race.name,
        "constructor": change.constructor.name,
        "before": before,
        "after": after,
    }
