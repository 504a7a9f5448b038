"""Slots: write them when a draft opens, and rewrite them until its first pick when somebody joins or leaves.

After the first pick nothing rewrites slots: a newcomer has slots from the next draft on, and who leaves loses the
unfilled ones.
"""

from collections.abc import Sequence
from datetime import datetime

from constructors.models import Constructor
from constructors.services import retire_bot
from core.transactions import atomic
from leagues.models import SettingsVersion
from notifications.services import notify_each

from .. import rules
from ..models import IN_PROGRESS_STATES, Draft, DraftEvent, Slot
from ..selectors import draft_order, free_entries, open_slots, unfilled_slots
from . import turn_notifications
from .clock import advance_turn, reminder_of, start_turn
from .event_log import append_event
from .notifications import notify_of_missing_drivers


def write_slots(draft: Draft, order: Sequence[int], settings: SettingsVersion) -> None:
    plan = rules.slot_sequence(order, picks=settings.picks_per_race, method=settings.method)
    Slot.objects.bulk_create(
        Slot(draft=draft, number=slot.number, round=slot.round, constructor_id=slot.constructor) for slot in plan
    )


def rewrite_slots(draft: Draft, order: Sequence[int]) -> None:
    """Replace the slots of a draft without picks. Turns that have passed stay passed; clocks do not change."""
    assert draft.settings is not None, "an open draft has its settings"
    passed = {(slot.round, slot.constructor_id): slot.passed_at for slot in draft.slots.exclude(passed_at=None)}
    draft.slots.all().delete()
    write_slots(draft, order, draft.settings)
    for (number, constructor), passed_at in passed.items():
        draft.slots.filter(round=number, constructor=constructor).update(passed_at=passed_at)


def close_gaps(draft: Draft) -> None:
    """Number the slots of a draft without picks again if some have been removed."""
    numbers = list(draft.slots.order_by("number").values_list("number", flat=True))
    if numbers != list(range(1, len(numbers) + 1)):
        rewrite_slots(draft, draft_order(draft))


def turn_key(draft: Draft) -> tuple[int, int] | None:
    """Return what a running turn is about, whatever its number: the round and the constructor of the lowest open slot.

    If it is the same after slots were rewritten, the turn keeps its deadline.
    """
    slot = open_slots(draft).first()
    return (slot.round, slot.constructor_id) if slot else None


@atomic
def admit_newcomer(*, constructor: Constructor, now: datetime) -> None:
    """Give a newcomer slots in the league's open draft, as long as it has no pick and the grid has cars left.

    They take over the slots of a bot, which leaves the league; otherwise they are last in the order.
    """
    drafts = Draft.objects.filter(league=constructor.league, state__in=IN_PROGRESS_STATES, locks_at__gt=now)
    draft = drafts.locked().select_related("settings", "league__season", "race").first()
    if draft is None or draft.picks.exists():
        return
    bot = None if constructor.is_bot else _bot_to_replace(draft)
    if bot is not None:
        _take_over(draft, bot, constructor, now)
    else:
        _append_to_order(draft, constructor, now)


def _bot_to_replace(draft: Draft) -> Constructor | None:
    """Return the bot that picks last, if any."""
    slots = draft.slots.filter(round=1, constructor__is_bot=True, constructor__left_at=None)
    slot = slots.select_related("constructor").order_by("-number").first()
    return slot.constructor if slot else None


def _take_over(draft: Draft, bot: Constructor, constructor: Constructor, now: datetime) -> None:
    draft.slots.filter(constructor=bot).update(constructor=constructor)
    retire_bot(bot=bot, now=now)
    append_event(
        draft,
        DraftEvent.Kind.SLOTS_ADDED,
        now=now,
        constructor=constructor.name,
        constructor_id=constructor.pk,
        replaces=bot.name,
        bot_id=bot.pk,
    )
    slot = open_slots(draft).first()
    if draft.state == Draft.State.OPEN and slot and slot.constructor_id == constructor.pk:
        # The clock of the bot goes on for the newcomer.
        draft.turn_reminder_at = reminder_of(draft, slot.constructor)
        draft.save(update_fields=["turn_reminder_at"])
        notify_each(notifications=turn_notifications.turn_moved(draft, [slot]), now=now)


def _append_to_order(draft: Draft, constructor: Constructor, now: datetime) -> None:
    assert draft.settings is not None, "an open draft has its settings"
    order, turn = [*draft_order(draft), constructor.pk], turn_key(draft)
    if len(order) * draft.settings.picks_per_race > draft.league.season.grid_size:
        return
    rewrite_slots(draft, order)
    if draft.state == Draft.State.COMPLETE:
        draft.state = Draft.State.OPEN
        draft.save(update_fields=["state"])
    append_event(
        draft, DraftEvent.Kind.SLOTS_ADDED, now=now, constructor=constructor.name, constructor_id=constructor.pk
    )
    free = free_entries(draft).count()
    notify_of_missing_drivers(draft, drivers=free, slots=draft.slots.count(), now=now)
    if draft.state == Draft.State.OPEN and turn != turn_key(draft):
        slots = start_turn(draft, now)
        notify_each(notifications=turn_notifications.turn_moved(draft, slots, free=free), now=now)


@atomic
def release_slots(*, constructor: Constructor, now: datetime) -> None:
    """Remove a constructor that has left from the draft: before the first pick altogether, later its unfilled slots."""
    drafts = Draft.objects.locked().select_related("settings", "league", "race")
    for draft in drafts.filter(league=constructor.league, state__in=(Draft.State.OPEN, Draft.State.PAUSED)):
        turn = turn_key(draft)
        if _remove_slots(draft, constructor):
            append_event(
                draft,
                DraftEvent.Kind.SLOTS_RELEASED,
                now=now,
                constructor=constructor.name,
                constructor_id=constructor.pk,
            )
            # If only its passed slots were unfilled, the draft is complete now.
            unfilled = list(unfilled_slots(draft))
            if turn != turn_key(draft) or not unfilled:
                advance_turn(draft, unfilled, now)
                notify_each(notifications=turn_notifications.turn_moved(draft, unfilled), now=now)


def _remove_slots(draft: Draft, constructor: Constructor) -> bool:
    """Remove the constructor's unfilled slots; returns whether there were any. Without a pick, there is no gap left."""
    released = draft.slots.filter(picks=None, constructor=constructor)
    if not released.exists():
        return False
    if draft.picks.exists():
        released.delete()
    else:
        rewrite_slots(draft, [pk for pk in draft_order(draft) if pk != constructor.pk])
    return True
