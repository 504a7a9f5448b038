"""Remind players: half of the time of their turn is over, or the draft locks soon and a pick of theirs is missing.

Beat tasks find what is due in the database. A batch takes a fixed number of statements.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import F, QuerySet, Value

from core.transactions import atomic
from leagues.models import SettingsVersion
from notifications.services import NewNotification, notify_each

from ..models import Draft, Slot
from ..selectors import open_slots_of, unfilled_slots_of
from . import turn_notifications

# Drafts per batch.
BATCH_SIZE = 500
# How long before the lock players with a missing pick are told. In a draft that opened less than twice as long before
# the lock, they are told half-way: they have just been told that it is open.
LOCK_SOON = timedelta(hours=3)


@atomic
def remind_of_turns(*, now: datetime) -> int:
    """Tell the players on the clock that half of their time is over, once in a turn; returns the number of drafts."""
    due = Draft.objects.filter(state=Draft.State.OPEN, turn_reminder_at__lte=now).order_by("turn_reminder_at", "pk")
    drafts = _locked_batch(due)
    slots = open_slots_of(drafts)
    news = [notification for draft in drafts for notification in _half_over(draft, slots[draft.pk], now)]
    Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).update(turn_reminder_at=None)
    notify_each(notifications=news, now=now)
    return len(drafts)


@atomic
def remind_of_missing_picks(*, now: datetime) -> int:
    """Tell the players with a missing pick that the draft locks soon, once in a draft; returns the number of drafts."""
    due = Draft.objects.filter(
        state__in=(Draft.State.OPEN, Draft.State.PAUSED),
        lock_reminder_sent_at=None,
        locks_at__gt=now,
        locks_at__lte=now + LOCK_SOON,
    )
    due = due.alias(left=F("locks_at") - Value(now), past=Value(now) - F("opened_at")).filter(left__lte=F("past"))
    drafts = _locked_batch(due.order_by("locks_at", "pk"))
    unfilled = unfilled_slots_of(drafts)
    news = [notification for draft in drafts for notification in _locks_soon(draft, unfilled[draft.pk])]
    Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).update(lock_reminder_sent_at=now)
    notify_each(notifications=news, now=now)
    return len(drafts)


def _locked_batch(drafts: QuerySet[Draft]) -> list[Draft]:
    """Lock the drafts that no pick has locked; the others have their turn in the next run."""
    rows = drafts.select_related("league", "race", "settings")
    return list(rows.select_for_update(skip_locked=True, no_key=True, of=("self",))[:BATCH_SIZE])


def _half_over(draft: Draft, slots: Sequence[Slot], now: datetime) -> list[NewNotification]:
    is_running = draft.turn_ends_at is not None and now < draft.turn_ends_at
    # The player may have switched autodraft on while the draft was paused.
    if not is_running or not slots or not slots[0].constructor.picks_by_hand:
        return []
    return turn_notifications.half_over(draft, slots[0])


def _locks_soon(draft: Draft, unfilled: Sequence[Slot]) -> Iterator[NewNotification]:
    """For each player who can pick now, or has no clock: about their first slot without a pick."""
    has_clock = draft.settings is None or draft.settings.clock != SettingsVersion.Clock.NONE
    turn = next((slot for slot in unfilled if slot.passed_at is None), None)
    missing = [slot for slot in unfilled if slot == turn or slot.passed_at is not None or not has_clock]
    for slot in {slot.constructor_id: slot for slot in reversed(missing)}.values():
        if slot.constructor.picks_by_hand:
            yield from turn_notifications.locks_soon(draft, slot)
