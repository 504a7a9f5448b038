"""Lock drafts: autopick the missing picks, end the draft, and schedule the league's next one."""

from datetime import datetime

from django.db.models import F

from constructors.models import Constructor
from core.transactions import atomic
from leagues.models import League

from ..models import Draft, DraftEvent, Pick
from ..selectors import due_to_lock, free_entries, unfilled_slots
from .autopick import choose_autopick_for
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
    draft = Draft.objects.locked().select_related("league", "settings").get(pk=draft.pk)
    if not draft.is_in_progress or draft.locks_at > now:
        return False
    _fill_open_slots(draft, now)
    _end_autodraft_once(draft)
    draft.state, draft.locked_at = Draft.State.LOCKED, now
    draft.turn_began_at = draft.turn_ends_at = draft.paused_at = None
    draft.save(update_fields=["state", "locked_at", "turn_began_at", "turn_ends_at", "paused_at"])
    append_event(draft, DraftEvent.Kind.LOCKED, now=now)
    schedule_draft(league=draft.league, now=now)
    return True


def lock_due_drafts(*, now: datetime) -> int:
    """Lock all due drafts; return their number."""
    return sum(lock_draft(draft=draft, now=now) for draft in due_to_lock(now))


def _fill_open_slots(draft: Draft, now: datetime) -> None:
    """Autopick for every unfilled slot, in slot order. Slots for which no driver is left become void."""
    unfilled = list(unfilled_slots(draft))
    for slot in unfilled:
        choice = choose_autopick_for(draft, slot.constructor)
        if choice is not None:
            fill_slot(draft, slot, choice.entry, source=choice.source, by=None, now=now)
    if unfilled:
        void_slots_without_driver(draft, list(unfilled_slots(draft)), free=free_entries(draft).count(), now=now)


def _end_autodraft_once(draft: Draft) -> None:
    """Switch off "autodraft for one draft" where it has picked in this draft. If it was set after the pick, it is meant
    for the next draft."""
    picked = draft.picks.filter(
        source__in=(Pick.Source.WISH, Pick.Source.AUTOPICK),
        picked_at__gte=F("slot__constructor__autodraft_set_at"),
    )
    once = Constructor.objects.filter(autodraft=Constructor.Autodraft.ONCE, pk__in=picked.values("slot__constructor"))
    once.update(autodraft=Constructor.Autodraft.OFF)
