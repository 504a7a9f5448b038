"""Commissioner tools: pause, resume, extend, pick or substitute for a player, undo. The event log names the manager.

`seen` is the number of the last event that the manager saw. If the draft has newer events, the call is refused, so that
two managers cannot undo each other's work by accident (optimistic locking).
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from constructors.models import Constructor
from core.errors import Invalid, NotAllowed, Refused
from core.transactions import atomic
from leagues.selectors import can_manage
from notifications.services import notify_each
from races.models import Entry

from .. import rules
from ..models import Draft, DraftEvent, Pick
from ..selectors import free_entries, latest_picks, open_slots, slot_to_fill, unfilled_slots
from . import pick_notifications, turn_notifications
from .clock import advance_turn, quiet_hours_of, reminder_after_pause, reminder_of, start_turn
from .event_log import append_event, check_last_seen_event
from .missing_drivers import reopen_voided_slots, void_remaining_slots, void_slots_without_driver
from .notifications import notify_paused
from .picks import fill_slot, require_available
from .slots import close_gaps, turn_key
from .substitutions import apply_substitution

MAX_EXTENSION = timedelta(hours=24)


@atomic
def pause_draft(*, draft: Draft, by: User, now: datetime, seen: int | None = None) -> Draft:
    """Stop the clock; nobody can pick until the draft is resumed. The draft still locks on time."""
    draft = _locked(draft, by, seen)
    _require_state(draft, now, Draft.State.OPEN)
    draft.state, draft.paused_at = Draft.State.PAUSED, now
    draft.save(update_fields=["state", "paused_at"])
    append_event(draft, DraftEvent.Kind.PAUSED, now=now, by=by)
    notify_paused(draft=draft, by=by, now=now)
    return draft


@atomic
def resume_draft(*, draft: Draft, by: User, now: datetime, seen: int | None = None) -> Draft:
    """Restart the clock with the time that was left, or less if the lock is too near for that.

    A draft whose last slot was filled or released during the pause becomes complete.
    """
    draft = _locked(draft, by, seen)
    _require_state(draft, now, Draft.State.PAUSED)
    stopped_at, before, reminder = draft.paused_at, draft.turn_ends_at, draft.turn_reminder_at
    draft.state, draft.paused_at = Draft.State.OPEN, None
    draft.save(update_fields=["state", "paused_at"])
    append_event(draft, DraftEvent.Kind.RESUMED, now=now, by=by)
    unfilled = list(unfilled_slots(draft))
    advance_turn(draft, unfilled, now)
    slot = next((slot for slot in unfilled if slot.passed_at is None), None)
    if slot and stopped_at and before and draft.turn_ends_at:
        # An extension outlives the pause, but autodraft has nothing to wait for.
        fresh = max(draft.turn_ends_at, before) if slot.constructor.autodraft == "off" else draft.turn_ends_at
        quiet = quiet_hours_of(slot.constructor.owner)
        draft.turn_ends_at = rules.deadline_after_pause(before, paused_at=stopped_at, now=now, quiet=quiet, fresh=fresh)
        draft.turn_reminder_at = reminder
        draft.turn_reminder_at = reminder_after_pause(draft, slot, paused_at=stopped_at, now=now)
        draft.save(update_fields=["turn_ends_at", "turn_reminder_at"])
    if draft.state == Draft.State.OPEN:
        news = turn_notifications.resumed(draft, slot, by)
    else:
        news = turn_notifications.turn_moved(draft, [], by=by.pk)
    notify_each(notifications=news, now=now)
    return draft


@atomic
def extend_turn(*, draft: Draft, by: User, minutes: int, now: datetime, seen: int | None = None) -> Draft:
    """Give the constructor on the clock more time, at most until the lock."""
    if not 0 < minutes <= MAX_EXTENSION / timedelta(minutes=1):
        raise Invalid(_("You can extend the clock by 1 minute to 24 hours."), field="minutes")
    draft = _locked(draft, by, seen)
    _require_state(draft, now, Draft.State.OPEN)
    if draft.turn_ends_at is None:
        raise Refused(_("No clock is running, so there is nothing to extend."), code="no_clock")
    slots = list(open_slots(draft))
    before = max(draft.turn_ends_at, now)
    draft.turn_ends_at = rules.extended_deadline(
        before,
        by=timedelta(minutes=minutes),
        quiet=quiet_hours_of(slots[0].constructor.owner),
        locks_at=draft.locks_at,
        open_slots=len(slots),
        seconds=draft.settings.clock_seconds if draft.settings and draft.settings.clock == "fixed" else None,
    )
    if draft.turn_ends_at <= before:
        raise Refused(
            _("There is no time to spare: the other players need what is left until the lock."), code="no_time_left"
        )
    if draft.turn_reminder_at is not None:
        draft.turn_reminder_at = reminder_of(draft, slots[0].constructor)
    draft.save(update_fields=["turn_ends_at", "turn_reminder_at"])
    append_event(
        draft, DraftEvent.Kind.EXTENDED, now=now, by=by, minutes=minutes, turn_ends_at=draft.turn_ends_at.isoformat()
    )
    return draft


@atomic
def pick_for(
    *, draft: Draft, constructor: Constructor, entry: Entry, by: User, now: datetime, seen: int | None = None
) -> Pick:
    """Pick for a constructor: its slot on the clock, or one whose turn has passed. Also while the draft is paused."""
    draft = _locked(draft, by, seen)
    _require_state(draft, now, Draft.State.OPEN, Draft.State.PAUSED)
    unfilled = list(unfilled_slots(draft))
    turn = next((slot for slot in unfilled if slot.passed_at is None), None)
    slot = slot_to_fill(unfilled, constructor, turn=turn)
    if slot is None:
        raise Refused(_("It is not %(name)s's turn.") % {"name": constructor.name}, code="not_their_turn")
    require_available(draft, entry)
    pick = fill_slot(draft, slot, entry, source=Pick.Source.MANAGER, by=by, now=now)
    unfilled.remove(slot)
    free = free_entries(draft).count()
    unfilled = void_slots_without_driver(draft, unfilled, free=free, now=now)
    news = pick_notifications.picked_for(draft, pick, by)
    if slot == turn or not unfilled:
        advance_turn(draft, unfilled, now)
        news += turn_notifications.turn_moved(draft, unfilled, free=free, by=by.pk)
    notify_each(notifications=news, now=now)
    return pick


@atomic
def substitute_driver_for(
    *, draft: Draft, out: Entry, entry: Entry, by: User, now: datetime, seen: int | None = None
) -> Pick:
    """Substitute a free driver for one who is out, for the holder. Also while the draft is paused."""
    draft = _locked(draft, by, seen)
    pick = latest_picks(draft).filter(entry=out).first()
    return apply_substitution(draft, pick, out, entry, source=Pick.Source.MANAGER, by=by, now=now)


@atomic
def undo_picks(*, draft: Draft, by: User, count: int, now: datetime, seen: int | None = None) -> Draft:
    """Undo the last `count` picks, latest first. Their slots return to the state before the pick.

    A slot whose turn had passed can be filled late again, and a clock that runs for another slot goes on. Slots of
    constructors that have left since are released.
    """
    draft = _locked(draft, by, seen)
    _require_state(draft, now, Draft.State.OPEN, Draft.State.PAUSED, Draft.State.COMPLETE)
    undone = list(latest_picks(draft)[: max(count, 0)])
    if not undone:
        raise Refused(_("There is no pick to undo."), code="nothing_to_undo")
    turn = turn_key(draft)
    payload = [{"slot": pick.slot.number, "driver_id": pick.entry.driver.ref} for pick in undone]
    Pick.objects.filter(pk__in=[pick.pk for pick in undone]).delete()
    append_event(draft, DraftEvent.Kind.UNDONE, now=now, by=by, picks=payload)
    news = pick_notifications.picks_undone(draft, undone, by)
    reopen_voided_slots(draft)
    _release_departed_slots(draft, now)
    void_remaining_slots(draft, now)
    if draft.state == Draft.State.COMPLETE and unfilled_slots(draft).exists():
        draft.state = Draft.State.OPEN
        draft.save(update_fields=["state"])
    if turn != turn_key(draft):
        news += turn_notifications.turn_moved(draft, start_turn(draft, now))
    notify_each(notifications=news, now=now)
    return draft


def _release_departed_slots(draft: Draft, now: datetime) -> None:
    """Delete unfilled slots of constructors that have left: nobody waits for them, even if their pick was undone.

    If that was the last pick, the others are numbered again, as before the first pick.
    """
    departed = list(unfilled_slots(draft).exclude(constructor__left_at=None))
    draft.slots.filter(pk__in=[slot.pk for slot in departed]).delete()
    for name in dict.fromkeys(slot.constructor.name for slot in departed):
        append_event(draft, DraftEvent.Kind.SLOTS_RELEASED, now=now, constructor=name)
    if not draft.picks.exists():
        close_gaps(draft)


def _locked(draft: Draft, by: User, seen: int | None) -> Draft:
    draft = Draft.objects.with_webhooks().locked().select_related("league", "race", "settings").get(pk=draft.pk)
    if not can_manage(by, draft.league):
        raise NotAllowed(_("Only the league's managers can do this."))
    check_last_seen_event(draft, seen)
    return draft


def _require_state(draft: Draft, now: datetime, *states: str) -> None:
    is_past_lock = now >= draft.locks_at and draft.is_in_progress
    if is_past_lock or draft.state not in states:
        state = Draft.State.LOCKED.label if is_past_lock else draft.get_state_display()
        raise Refused(
            _("You cannot do this while the draft is %(state)s.") % {"state": state.lower()}, code="wrong_state"
        )
