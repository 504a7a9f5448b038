"""The pick clock: start turns, set deadlines, and grant a grace period after downtime.

The deadline is a column. `autopick` expires the turns whose time has run out.
"""

from datetime import datetime
from typing import cast

from accounts.models import User
from constructors.models import Constructor
from core.quiet_hours import QuietHours
from core.transactions import atomic
from leagues.models import SettingsVersion

from .. import rules
from ..models import ClockHeartbeat, Draft, DraftEvent, Slot
from ..selectors import first_pick_hold, open_slots
from .event_log import append_event
from .webhook_events import announce_turn


def quiet_hours_of(user: User | None) -> QuietHours | None:
    """Return the hours in which a player's clock stands still; None for a constructor without an owner."""
    return user.quiet_hours if user else None


def start_turn(draft: Draft, now: datetime) -> list[Slot]:
    """Put the lowest open slot on the clock, and return the open slots.

    With autodraft its deadline is `now`, or when the first pick is free.
    """
    slots = list(open_slots(draft))
    _put_on_the_clock(draft, slots, now)
    return slots


def _put_on_the_clock(draft: Draft, slots: list[Slot], now: datetime) -> None:
    set_clock(draft, slots, now)
    draft.save(update_fields=["turn_began_at", "turn_ends_at", "turn_reminder_at"])
    announce_turn(draft, slots, now)


def set_clock(draft: Draft, slots: list[Slot], now: datetime) -> None:
    """Start the clock of the first of the open `slots` (with constructors and owners loaded). Does not save."""
    is_running = draft.state == Draft.State.OPEN and bool(slots)
    draft.turn_began_at = now if is_running else None
    draft.turn_ends_at = deadline_of(draft, slots, now) if is_running else None
    draft.turn_reminder_at = reminder_of(draft, slots[0].constructor) if is_running else None


def reminder_of(draft: Draft, constructor: Constructor) -> datetime | None:
    """Return when half of the running turn is over; None if it is short, has no clock, or the server makes the pick."""
    began_at, ends_at = draft.turn_began_at, draft.turn_ends_at
    if not constructor.picks_by_hand or began_at is None or ends_at is None:
        return None
    return rules.half_of_turn(began_at, ends_at, quiet=quiet_hours_of(constructor.owner))


def reminder_after_pause(draft: Draft, slot: Slot, *, paused_at: datetime, now: datetime) -> datetime | None:
    """Return when to remind a player whose clock has stood still since `paused_at`; None if they have been reminded.

    The draft has its new deadline already, and still the old reminder.
    """
    if draft.turn_reminder_at is None or draft.turn_ends_at is None:
        return None
    quiet = quiet_hours_of(slot.constructor.owner)
    return rules.deadline_after_pause(
        draft.turn_reminder_at, paused_at=paused_at, now=now, quiet=quiet, fresh=draft.turn_ends_at
    )


def deadline_of(draft: Draft, slots: list[Slot], now: datetime) -> datetime | None:
    """Return the deadline that the first of the open slots would get at `now`; None if only the lock ends the turn."""
    constructor = slots[0].constructor
    if constructor.autodraft != Constructor.Autodraft.OFF:
        return first_pick_hold(draft, now) or now
    deadline = _deadline_by_clock(draft, slots, now)
    hold = first_pick_hold(draft, now) if constructor.is_bot else None
    return max(deadline, hold) if deadline and hold else deadline


def _deadline_by_clock(draft: Draft, slots: list[Slot], now: datetime) -> datetime | None:
    settings = draft.settings
    assert settings is not None, "an open draft has its settings"
    return rules.deadline(
        kind=cast("rules.ClockKind", settings.clock),
        seconds=settings.clock_seconds if settings.clock == SettingsVersion.Clock.FIXED else None,
        now=now,
        locks_at=draft.locks_at,
        players=[quiet_hours_of(slot.constructor.owner) for slot in slots],
        longest=rules.max_share(settings.picks_per_race),
    )


def advance_turn(draft: Draft, unfilled: list[Slot], now: datetime) -> None:
    """Start the next turn after a slot was filled, passed or released, or complete the draft.

    `unfilled` holds the slots without a pick in slot order, including those whose turn has passed.
    """
    if draft.state == Draft.State.OPEN and not unfilled:
        draft.state = Draft.State.COMPLETE
        draft.save(update_fields=["state"])
        append_event(draft, DraftEvent.Kind.COMPLETED, now=now)
    _put_on_the_clock(draft, [slot for slot in unfilled if slot.passed_at is None], now)


@atomic
def grant_downtime_grace(*, now: datetime) -> int:
    """Record a heartbeat. If the last one is too old, grant a grace period to players whose time ran out meanwhile.

    Returns the number of drafts that got one.
    """
    ClockHeartbeat.objects.get_or_create(pk=1, defaults={"beat_at": now})
    heartbeat = ClockHeartbeat.objects.locked().get(pk=1)
    last_seen = heartbeat.beat_at
    if now <= last_seen:
        return 0
    heartbeat.beat_at = now
    heartbeat.save(update_fields=["beat_at"])
    if now - last_seen <= rules.DOWNTIME_TOLERANCE:
        return 0
    stopped = Draft.objects.locked().filter(state=Draft.State.OPEN, turn_ends_at__gt=last_seen, locks_at__gt=now)
    return sum(_grant_grace(draft, last_seen, now) for draft in stopped.select_related("settings").order_by("pk"))


def _grant_grace(draft: Draft, last_seen: datetime, now: datetime) -> bool:
    slots = list(open_slots(draft))
    fresh = deadline_of(draft, slots, now)
    if draft.turn_ends_at is None or fresh is None or fresh <= now:
        return False
    draft.turn_ends_at = rules.deadline_after_downtime(
        draft.turn_ends_at,
        last_seen=last_seen,
        now=now,
        quiet=quiet_hours_of(slots[0].constructor.owner),
        fresh=max(fresh, draft.turn_ends_at),  # Downtime does not take an extension away.
    )
    draft.turn_reminder_at = reminder_after_pause(draft, slots[0], paused_at=last_seen, now=now)
    draft.save(update_fields=["turn_ends_at", "turn_reminder_at"])
    append_event(draft, DraftEvent.Kind.GRACE, now=now, turn_ends_at=draft.turn_ends_at.isoformat())
    return True
