"""The clock of a draft: when a turn begins, until when it lasts, and what happens when its time runs out.

The deadline is a column. A beat task sweeps it every few seconds, and any request that meets an expired clock does the
same; the draft's row is held meanwhile, so that a pick and an autopick at the deadline have one winner.
"""

import logging
from datetime import datetime
from typing import cast

from django.db import OperationalError
from django.db.models import QuerySet

from accounts.models import User
from constructors.models import Constructor
from fantasyf1.kit.portions import PORTION
from fantasyf1.kit.transactions import atomic
from leagues.models import SettingsVersion

from .. import rules
from ..models import Draft, DraftEvent, Pulse, Slot
from ..selectors import board_of, open_slots
from .absent import choose_for
from .events import log
from .filling import fill_slot

logger = logging.getLogger(__name__)


def quiet_hours_of(user: User | None) -> rules.QuietHours | None:
    """The hours in which a player's clock stands still, in his own time zone."""
    if user is None or user.quiet_from is None or user.quiet_until is None:
        return None
    return rules.QuietHours(user.time_zone, user.quiet_from, user.quiet_until)


def start_turn(draft: Draft, now: datetime) -> None:
    """Put the lowest open slot on the clock. Whoever drafts automatically is due at once."""
    _put_on_the_clock(draft, list(open_slots(draft)), now)


def _put_on_the_clock(draft: Draft, slots: list[Slot], now: datetime) -> None:
    set_clock(draft, slots, now)
    draft.save(update_fields=["turn_began_at", "turn_ends_at"])


def set_clock(draft: Draft, slots: list[Slot], now: datetime) -> None:
    """Set the clock to the first of the draft's open slots, with their constructors and players. It is not saved."""
    is_running = draft.state == Draft.State.OPEN and bool(slots)
    draft.turn_began_at = now if is_running else None
    draft.turn_ends_at = deadline_of(draft, slots, now) if is_running else None


def deadline_of(draft: Draft, slots: list[Slot], now: datetime) -> datetime | None:
    """The deadline that the first of the open slots would be given at `now`."""
    if slots[0].constructor.autodraft != Constructor.Autodraft.OFF:
        return now
    settings = draft.settings
    assert settings is not None, "an open draft has its settings"
    return rules.deadline(
        kind=cast("rules.Kind", settings.clock),
        seconds=settings.clock_seconds if settings.clock == SettingsVersion.Clock.FIXED else None,
        now=now,
        locks_at=draft.locks_at,
        players=[quiet_hours_of(slot.constructor.owner) for slot in slots],
        longest=rules.longest_share(settings.picks_per_race),
    )


def end_of_move(draft: Draft, unfilled: list[Slot], now: datetime) -> None:
    """After a slot was filled, passed or released: the draft is complete, or the next turn begins.

    `unfilled` are the slots that have no pick now, in their order, those that were passed too.
    """
    if draft.state == Draft.State.OPEN and not unfilled:
        draft.state = Draft.State.COMPLETE
        draft.save(update_fields=["state"])
        log(draft, DraftEvent.Kind.COMPLETED, now=now)
    _put_on_the_clock(draft, [slot for slot in unfilled if slot.passed_at is None], now)


@atomic
def expire_turn(*, draft: Draft, now: datetime) -> bool:
    """Pick for whoever let his time run out, or move on without him. False when there was nothing to expire."""
    draft = Draft.objects.select_for_update(no_key=True, of=("self",)).select_related("settings").get(pk=draft.pk)
    if not _is_expired(draft, now):
        return False
    board = board_of(draft)
    slot = board.turn
    assert slot is not None, "a clock runs for somebody"
    choice = choose_for(draft, slot.constructor)
    unfilled = board.unfilled
    if choice is None:
        slot.passed_at = now
        slot.save(update_fields=["passed_at"])
        log(draft, DraftEvent.Kind.PASSED, now=now, slot=slot.number, constructor=slot.constructor.name)
    else:
        fill_slot(draft, slot, choice.entry, source=choice.source, by=None, now=now)
        unfilled.remove(slot)
    end_of_move(draft, unfilled, now)
    return True


def _is_expired(draft: Draft, now: datetime) -> bool:
    # From the lock on the clock means nothing: locking fills what is missing.
    return (
        draft.state == Draft.State.OPEN
        and draft.turn_ends_at is not None
        and (draft.turn_ends_at <= now < draft.locks_at)
    )


def expire_due_turns(*, now: datetime) -> int:
    """The beat's look at all clocks: end the turns whose time is over, one after the other; returns how many.

    After an outage the players whose time ran out meanwhile get a grace instead. What is more than `PORTION`, and
    what cannot be done now, is left to the next look: a long one would be taken for an absence itself.
    """
    forgive_outage(now=now)
    expired = 0
    while due := list(_due(now)[: PORTION - expired]):
        ended = sum(_try_to_expire(draft, now) for draft in due)
        if not ended:
            break
        expired += ended
    return expired


def _due(now: datetime) -> QuerySet[Draft]:
    due = Draft.objects.filter(state=Draft.State.OPEN, turn_ends_at__lte=now, locks_at__gt=now)
    return due.order_by("turn_ends_at", "pk")


def _try_to_expire(draft: Draft, now: datetime) -> bool:
    """One draft whose row cannot be had must not hold up all the others."""
    try:
        return expire_turn(draft=draft, now=now)
    except OperationalError as error:
        logger.warning("The turn in draft %s is ended at the next look: %s", draft.pk, error)
        return False


def meet_the_clock(*, draft: Draft, now: datetime) -> Draft:
    """What a request does that comes to a draft: end the turn if its time is over, then see the draft as it is."""
    if _is_expired(draft, now):
        forgive_outage(now=now)
        expire_turn(draft=draft, now=now)
        draft.refresh_from_db()
    return draft


@atomic
def forgive_outage(*, now: datetime) -> int:
    """Note that somebody looks at the clocks now. If nobody did for a while, give those who ran out of time meanwhile
    a grace; returns how many drafts that were."""
    Pulse.objects.get_or_create(pk=1, defaults={"beat_at": now})
    pulse = Pulse.objects.select_for_update(no_key=True).get(pk=1)
    last_seen = pulse.beat_at
    if now <= last_seen:
        return 0
    pulse.beat_at = now
    pulse.save(update_fields=["beat_at"])
    if now - last_seen <= rules.UNNOTICED:
        return 0
    stopped = Draft.objects.select_for_update(no_key=True, of=("self",)).filter(
        state=Draft.State.OPEN, turn_ends_at__gt=last_seen, locks_at__gt=now
    )
    return sum(_grant_grace(draft, last_seen, now) for draft in stopped.select_related("settings").order_by("pk"))


def _grant_grace(draft: Draft, last_seen: datetime, now: datetime) -> bool:
    slots = list(open_slots(draft))
    fresh = deadline_of(draft, slots, now)
    if draft.turn_ends_at is None or fresh is None or fresh <= now:
        return False
    draft.turn_ends_at = rules.after_downtime(
        draft.turn_ends_at,
        last_seen=last_seen,
        now=now,
        quiet=quiet_hours_of(slots[0].constructor.owner),
        fresh=max(fresh, draft.turn_ends_at),  # What a manager gave is not lost by an outage.
    )
    draft.save(update_fields=["turn_ends_at"])
    log(draft, DraftEvent.Kind.GRACE, now=now, turn_ends_at=draft.turn_ends_at.isoformat())
    return True
