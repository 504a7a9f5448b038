"""Drafts with more slots than drivers: the last slots are void when no driver is left, until another one is entered.

A draft opens short of drivers if a team ran fewer cars in the last race and nobody has the seat, and becomes so if
drivers withdraw. Administrators are told when it opens (`notifications.notify_of_missing_drivers`).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from core.transactions import atomic
from leagues.models import League
from notifications.services import notify_each
from races.models import Entry, Race

from ..models import IN_PROGRESS_STATES, Draft, DraftEvent, Pick, Slot
from ..selectors import free_entries, open_slots
from . import turn_notifications
from .clock import advance_turn, start_turn
from .event_log import append_event


def void_slots_without_driver(draft: Draft, unfilled: list[Slot], *, free: int, now: datetime) -> list[Slot]:
    """Void the `unfilled` slots if `free`, the number of drivers that can be picked, is 0; return those still to fill.

    The caller has locked the draft and advances the turn.
    """
    if free > 0 or not unfilled:
        return unfilled
    Slot.objects.filter(pk__in=[slot.pk for slot in unfilled]).update(voided_at=now)
    _append_slots_event(draft, DraftEvent.Kind.SLOTS_VOIDED, unfilled, now)
    return []


def _append_slots_event(draft: Draft, kind: str, slots: Sequence[Slot], now: datetime) -> None:
    names = list(dict.fromkeys(slot.constructor.name for slot in slots))
    append_event(draft, kind, now=now, slots=[slot.number for slot in slots], constructors=names)


def void_remaining_slots(draft: Draft, now: datetime) -> None:
    """Void the slots of a locked draft row for which no driver is left, and complete the draft if it is open."""
    unfilled = list(draft.slots.filter(picks=None, voided_at=None).select_related("constructor").order_by("number"))
    if unfilled and not void_slots_without_driver(draft, unfilled, free=free_entries(draft).count(), now=now):
        advance_turn(draft, [], now)
        notify_each(notifications=turn_notifications.turn_moved(draft, []), now=now)


def drafts_without_drivers() -> Q:
    """Select the drafts under way that have an unfilled slot and no driver for it."""
    unfilled = Slot.objects.filter(draft=OuterRef("pk"), picks=None, voided_at=None)
    taken = Pick.objects.filter(draft=OuterRef(OuterRef("pk")), entry=OuterRef("pk"))
    free = Entry.objects.filter(~Exists(taken), race=OuterRef("race"), is_withdrawn=False)
    return Q(Exists(unfilled), ~Exists(free), state__in=(Draft.State.OPEN, Draft.State.PAUSED))


def reopen_voided_slots(draft: Draft) -> None:
    """Open the void slots again, after picks were undone. The caller has locked the draft and starts the turn."""
    draft.slots.exclude(voided_at=None).update(voided_at=None)


@atomic
def reopen_slots(*, race: Race, now: datetime) -> None:
    """Open void slots of the race again after a driver was entered: as many as there are free drivers, lowest first."""
    void = Slot.objects.filter(draft=OuterRef("pk")).exclude(voided_at=None)
    short = Draft.objects.filter(Exists(void), race=race, state__in=IN_PROGRESS_STATES, locks_at__gt=now)
    list(League.objects.locked().filter(pk__in=short.values("league")).order_by("pk"))
    for draft in short.locked().select_related("settings", "league", "race").order_by("league_id", "pk"):
        _reopen(draft, now)


def _reopen(draft: Draft, now: datetime) -> None:
    void = draft.slots.exclude(voided_at=None).select_related("constructor").order_by("number")
    slots = list(void[: free_entries(draft).count()])
    if not slots:
        return
    turn = open_slots(draft).first()
    Slot.objects.filter(pk__in=[slot.pk for slot in slots]).update(voided_at=None)
    _append_slots_event(draft, DraftEvent.Kind.SLOTS_REOPENED, slots, now)
    if draft.state == Draft.State.COMPLETE:
        draft.state = Draft.State.OPEN
        draft.save(update_fields=["state"])
    if turn != open_slots(draft).first():
        notify_each(notifications=turn_notifications.turn_moved(draft, start_turn(draft, now)), now=now)
