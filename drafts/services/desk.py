"""The commissioner's desk: pausing, extending, picking for someone, undoing. Everything is in the log, with his name.

`seen` is the number of the last event that the manager had before him. Where the room has moved on since, he is told so
and nothing is done: two managers at once do not undo each other's work unseen.
"""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import User
from constructors.models import Constructor
from fantasyf1.kit.errors import Invalid, NotAllowed, Refused
from leagues.selectors import can_manage
from races.models import Entry

from .. import rules
from ..models import Draft, DraftEvent, Pick
from ..selectors import latest_picks, open_slots, unfilled_slots
from .events import log
from .filling import fill_slot
from .picking import check_driver
from .turns import end_of_move, quiet_hours_of, start_turn

LONGEST_EXTENSION = timedelta(hours=24)


@transaction.atomic
def pause_draft(*, draft: Draft, by: User, now: datetime, seen: int | None = None) -> Draft:
    """Stop the clock; nobody can pick until the draft is resumed. The lock comes all the same."""
    draft = _held(draft, by, seen)
    _require(draft, now, Draft.State.OPEN)
    draft.state, draft.paused_at = Draft.State.PAUSED, now
    draft.save(update_fields=["state", "paused_at"])
    log(draft, DraftEvent.Kind.PAUSED, now=now, by=by)
    return draft


@transaction.atomic
def resume_draft(*, draft: Draft, by: User, now: datetime, seen: int | None = None) -> Draft:
    """Let the clock run again with what was left of it, or less where the lock has come too near for that."""
    draft = _held(draft, by, seen)
    _require(draft, now, Draft.State.PAUSED)
    stopped_at, before = draft.paused_at, draft.turn_ends_at
    draft.state, draft.paused_at = Draft.State.OPEN, None
    draft.save(update_fields=["state", "paused_at"])
    start_turn(draft, now)
    if stopped_at and before and draft.turn_ends_at:
        quiet = quiet_hours_of(open_slots(draft)[0].constructor.owner)
        draft.turn_ends_at = rules.resumed(before, paused_at=stopped_at, now=now, quiet=quiet, fresh=draft.turn_ends_at)
        draft.save(update_fields=["turn_ends_at"])
    log(draft, DraftEvent.Kind.RESUMED, now=now, by=by)
    return draft


@transaction.atomic
def extend_turn(*, draft: Draft, by: User, minutes: int, now: datetime, seen: int | None = None) -> Draft:
    """Give whoever is on the clock more time, at most until the lock."""
    if not 0 < minutes <= LONGEST_EXTENSION / timedelta(minutes=1):
        raise Invalid("An extension is between one minute and 24 hours.", field="minutes")
    draft = _held(draft, by, seen)
    _require(draft, now, Draft.State.OPEN)
    if draft.turn_ends_at is None:
        raise Refused("No clock is running that could be extended.", code="no_clock")
    slots = list(open_slots(draft))
    draft.turn_ends_at = rules.extended(
        draft.turn_ends_at,
        by=timedelta(minutes=minutes),
        quiet=quiet_hours_of(slots[0].constructor.owner),
        locks_at=draft.locks_at,
        open_slots=len(slots),
        seconds=draft.settings.clock_seconds if draft.settings and draft.settings.clock == "fixed" else None,
    )
    draft.save(update_fields=["turn_ends_at"])
    log(draft, DraftEvent.Kind.EXTENDED, now=now, by=by, minutes=minutes, turn_ends_at=draft.turn_ends_at.isoformat())
    return draft


@transaction.atomic
def pick_for(
    *, draft: Draft, constructor: Constructor, entry: Entry, by: User, now: datetime, seen: int | None = None
) -> Pick:
    """Fill a slot for someone: the one on the clock or one that he let pass. Also while the draft is paused."""
    draft = _held(draft, by, seen)
    _require(draft, now, Draft.State.OPEN, Draft.State.PAUSED)
    on_the_clock = open_slots(draft).first()
    slots = unfilled_slots(draft).filter(constructor=constructor)
    slot = next((one for one in slots if one.passed_at or one == on_the_clock), None)
    if slot is None:
        raise Refused(f"It is not {constructor.name}'s turn.", code="not_their_turn")
    check_driver(draft, entry)
    pick = fill_slot(draft, slot, entry, source=Pick.Source.MANAGER, by=by, now=now)
    if slot == on_the_clock or not unfilled_slots(draft).exists():
        end_of_move(draft, now)
    return pick


@transaction.atomic
def undo_picks(*, draft: Draft, by: User, count: int, now: datetime, seen: int | None = None) -> Draft:
    """Take the last `count` picks back, in the order in which they were made; their slots are open again."""
    draft = _held(draft, by, seen)
    _require(draft, now, Draft.State.OPEN, Draft.State.PAUSED, Draft.State.COMPLETE)
    falling = list(latest_picks(draft)[: max(count, 0)])
    if not falling:
        raise Refused("There is no pick to undo.", code="nothing_to_undo")
    slots = [pick.slot_id for pick in falling]
    said = [{"slot": pick.slot.number, "driver_id": pick.entry.driver.ref} for pick in falling]
    Pick.objects.filter(pk__in=[pick.pk for pick in falling]).delete()
    draft.slots.filter(pk__in=slots).update(passed_at=None)
    if draft.state == Draft.State.COMPLETE:
        draft.state = Draft.State.OPEN
        draft.save(update_fields=["state"])
    log(draft, DraftEvent.Kind.UNDONE, now=now, by=by, picks=said)
    start_turn(draft, now)
    return draft


def _held(draft: Draft, by: User, seen: int | None) -> Draft:
    draft = Draft.objects.select_for_update(of=("self",)).select_related("league", "settings").get(pk=draft.pk)
    if not can_manage(by, draft.league):
        raise NotAllowed("Only the league's managers may do this.")
    if seen is not None and seen != draft.last_seq:
        raise Refused("The room has moved on since you looked: see what changed, then decide.", code="room_moved_on")
    return draft


def _require(draft: Draft, now: datetime, *states: str) -> None:
    if now >= draft.locks_at or draft.state not in (*states,):
        raise Refused(f"The draft is {draft.get_state_display().lower()}: this cannot be done now.", code="wrong_state")
