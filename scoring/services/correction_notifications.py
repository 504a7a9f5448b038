"""Notifications to players whom a correction affects: what was corrected, and what changed for them by how much."""

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

    Eight statements, however many leagues and players the changes are about.
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
    related = changes.select_related("constructor__owner", "draft__league", "draft__race__season")
    return related.prefetch_related("picks__pick__entry__driver")


def _notifications(changes: Sequence[ScoreChange]) -> list[NewNotification]:
    """Notifications for changed picks, points and ranks, also where they cancel. None for bots or former players."""
    changed = _what_changed(changes)
    return [
        NewNotification(
            user_id=change.constructor.owner_id,
            message=POINTS_CORRECTED,
            key=f"score-change:{change.pk}",
            params=_params(change) | {"changed": changed[change.pk]},
            group=f"corrected:{change.draft.race_id}",
        )
        for change in changes
        if change.constructor.owner_id and not change.constructor.is_bot and not change.constructor.left_at
    ]


def _what_changed(changes: Sequence[ScoreChange]) -> dict[int, dict[str, Any]]:
    """What changed in the results, by id of the score change."""
    revisions: dict[int, Revisions] = defaultdict(dict)
    for classification in Classification.objects.filter(race__in={change.draft.race_id for change in changes}):
        revisions[classification.race_id][classification.kind, classification.revision] = classification
    return {change.pk: what_changed(change, revisions[change.draft.race_id]) for change in changes}


def _params(change: ScoreChange) -> dict[str, Any]:
    return {
        "league_id": change.draft.league_id,
        "league": change.draft.league.name,
        "race_id": change.draft.race_id,
        "race": change.draft.race.name,
        "constructor": change.constructor.name,
        "before": _points(change.points_before),
        "after": _points(change.points_after),
        "picks": [
            [str(pick.pick.entry.driver), _points(pick.points_before), _points(pick.points_after)]
            for pick in change.picks.all()
        ],
        "ranks": [change.rank_before, change.rank_after],
        "season_ranks": [change.season_rank_before, change.season_rank_after],
    }


def _points(points: Decimal | None) -> str:
    """The points as text; empty for a constructor that was not in the draft."""
    return "" if points is None else format_points(points)
