"""Lock drafts: autopick the missing picks, end the draft, and schedule the league's next one.

A first draft that never opened is void at its lock.
"""

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext_noop

from constructors.models import Constructor
from core.transactions import atomic
from leagues.models import League
from notifications.services import NewNotification, notify_each

from ..models import Draft, DraftEvent, Pick
from ..selectors import due_to_lock, free_entries, missed_first_drafts, unfilled_slots
from . import notifications, pick_notifications
from .autopick import choose_autopick_for
from .bots import balance_bots
from .event_log import append_event
from .missing_drivers import void_slots_without_driver
from .picks import fill_slot
from .scheduling import schedule_draft


@atomic
def lock_draft(*, draft: Draft, now: datetime) -> bool:
    """Lock a draft that is due, and create the league's next one. Returns False if there was nothing to lock.

    Concurrent calls are safe: the row is locked, and the second caller finds a locked draft.
    """
    # Lock the league first: the next draft is created under its lock.
    League.objects.locked().get(pk=draft.league_id)
    draft = Draft.objects.with_webhooks().locked().select_related("league", "race", "settings").get(pk=draft.pk)
    if not draft.is_in_progress or draft.locks_at > now:
        return False
    news = _fill_open_slots(draft, now)
    _end_autodraft_once(draft)
    draft.state, draft.locked_at = Draft.State.LOCKED, now
    draft.turn_began_at = draft.turn_ends_at = draft.turn_reminder_at = draft.paused_at = None
    draft.save(update_fields=["state", "locked_at", "turn_began_at", "turn_ends_at", "turn_reminder_at", "paused_at"])
    append_event(draft, DraftEvent.Kind.LOCKED, now=now)
    notify_each(notifications=news, now=now)
    balance_bots(league=draft.league, now=now)
    schedule_draft(league=draft.league, now=now)
    return True


def lock_due_drafts(*, now: datetime) -> int:
    """Lock all due drafts, and void the first drafts that never opened; return their number."""
    missed = sum(void_missed_draft(draft=draft, now=now) for draft in missed_first_drafts(now))
    return missed + sum(lock_draft(draft=draft, now=now) for draft in due_to_lock(now))


@atomic
def void_missed_draft(*, draft: Draft, now: datetime) -> bool:
    """Void a league's first draft that has not opened by its lock: the league begins with the next race.

    Returns False if there was nothing to void.
    """
    League.objects.locked().get(pk=draft.league_id)
    draft = Draft.objects.with_webhooks().locked().select_related("league", "race").get(pk=draft.pk)
    if draft.state != Draft.State.UPCOMING or draft.locks_at > now:
        return False
    draft.state, draft.voided_at = Draft.State.VOID, now
    draft.void_reason = gettext_noop("The draft had not started by its lock.")
    draft.save(update_fields=["state", "voided_at", "void_reason"])
    append_event(draft, DraftEvent.Kind.VOIDED, now=now, reason=draft.void_reason)
    restored_at = draft.league.unarchived_at
    if restored_at is None or restored_at < draft.locks_at:  # Nobody expected it while the league was archived.
        notifications.notify_players([notifications.draft_voided(draft)], now=now)
    schedule_draft(league=draft.league, now=now)
    return True


def _fill_open_slots(draft: Draft, now: datetime) -> list[NewNotification]:
    """Autopick for every unfilled slot, in slot order, and return what to tell the players.

    Slots for which no driver is left become void.
    """
    news: list[NewNotification] = []
    unfilled = list(unfilled_slots(draft))
    for slot in unfilled:
        choice = choose_autopick_for(draft, slot.constructor)
        if choice is not None:
            pick = fill_slot(draft, slot, choice.entry, source=choice.source, by=None, now=now)
            news += pick_notifications.autopicked(draft, pick, is_lock=True)
    if unfilled:
        void_slots_without_driver(draft, list(unfilled_slots(draft)), free=free_entries(draft).count(), now=now)
    return news


def _end_autodraft_once(draft: Draft) -> None:
    """Switch off "autodraft for one draft" where it has picked in this draft. If it was set after the pick, it is meant
    for the next draft."""
    picked = draft.picks.filter(
        source__in=(Pick.Source.WISH, Pick.Source.AUTOPICK),
        picked_at__gte=F("slot__constructor__autodraft_set_at"),
    )
    once = Constructor.objects.filter(autodraft=Constructor.Autodraft.ONCE, pk__in=picked.values("slot__constructor"))
    once.update(autodraft=Constructor.Autodraft.OFF)
