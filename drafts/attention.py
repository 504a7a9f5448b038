"""Drafts that need somebody's attention: the lists and numbers on the first page of the admin."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from leagues.models import League
from races.models import Entry

from .models import IN_PROGRESS_STATES, Draft, Pick, Slot
from .selectors import counted_opening, drafts_waiting_for_absent_managers, with_opening_counts

# The clocks are swept every few seconds: a turn that is this late was not ended.
LATE_TURN = timedelta(minutes=1)
LONG_PAUSE = timedelta(hours=12)
# A first draft whose manager has not started it opens by itself at some time. This long before it, it is listed.
START_IS_NEAR = timedelta(hours=24)

REASONS = {
    "overdue": _("A turn is overdue"),
    "paused": _("Paused for more than 12 hours"),
    "waiting": _("The first draft waits for its manager"),
    "short": _("Fewer drivers than picks"),
    "absent": _("Waits for a manager who has not been seen for 60 days"),
}


def drafts_needing(reason: str, drafts: QuerySet[Draft], now: datetime) -> QuerySet[Draft]:
    """Return those of the drafts that need attention for a reason in `REASONS`."""
    if reason == "waiting":
        return drafts.filter(pk__in=_waiting_for_start(drafts, now))
    if reason == "absent":
        return drafts.filter(pk__in=[draft.pk for draft in drafts_waiting_for_absent_managers(now)])
    return _with_missing_drivers(drafts).filter(_conditions(now)[reason])


def attention_counts(leagues: QuerySet[League], now: datetime) -> dict[str, int]:
    """Return how many drafts of these leagues need attention, by reason."""
    drafts = Draft.objects.filter(league__in=leagues)
    counts = _with_missing_drivers(drafts.order_by()).aggregate(
        **{reason: Count("pk", filter=condition) for reason, condition in _conditions(now).items()}
    )
    counts["waiting"] = len(_waiting_for_start(drafts, now))
    absent = [draft.pk for draft in drafts_waiting_for_absent_managers(now)]
    counts["absent"] = drafts.filter(pk__in=absent).count()
    return {reason: counts[reason] for reason in REASONS}


def _conditions(now: datetime) -> dict[str, Q]:
    """Return what selects the drafts, for the reasons that the database decides."""
    return {
        "overdue": Q(state=Draft.State.OPEN, turn_ends_at__lte=now - LATE_TURN, locks_at__gt=now)
        | Q(state__in=IN_PROGRESS_STATES, locks_at__lte=now - LATE_TURN),
        "paused": Q(state=Draft.State.PAUSED, paused_at__lte=now - LONG_PAUSE),
        "short": Q(state__in=IN_PROGRESS_STATES, unfilled__gt=F("free")),
    }


def _with_missing_drivers(drafts: QuerySet[Draft]) -> QuerySet[Draft]:
    """Annotate how many slots have no pick, void ones too, and how many drivers are free."""
    unfilled = Slot.objects.filter(draft=OuterRef("pk"), picks=None)
    taken = Pick.objects.filter(draft=OuterRef(OuterRef("pk"))).values("entry")
    free = Entry.objects.filter(race=OuterRef("race"), is_withdrawn=False).exclude(pk__in=taken)
    return drafts.annotate(unfilled=_count(unfilled, "draft"), free=_count(free, "race"))


def _count(rows: QuerySet[Any], by: str) -> Coalesce:
    counts = rows.order_by().values(by).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counts), 0)


def _waiting_for_start(drafts: QuerySet[Draft], now: datetime) -> list[int]:
    """Return the ids of the first drafts that wait for their manager and open by themselves soon, or cannot."""
    upcoming = drafts.filter(
        state=Draft.State.UPCOMING, opens_at__lte=now, locks_at__gt=now, league__archived_at=None
    ).select_related("league")
    openings = {draft.pk: counted_opening(draft) for draft in with_opening_counts(upcoming)}
    return [
        pk
        for pk, opening in openings.items()
        if opening.is_first and opening.waits_for_start and opening.opens_by - START_IS_NEAR <= now
    ]
