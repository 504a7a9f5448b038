"""Picks of the server: autopicks for players whose time runs out, and the picks of bots.

An autopick goes by the wish list, then by the league's default ranking. A beat task sweeps the clocks every few
seconds, and any request that finds an expired clock does the same. Both lock the draft's row, so that of a pick and an
autopick at the deadline exactly one wins.
"""

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import OperationalError, transaction
from django.db.models import QuerySet

from constructors.models import Constructor
from core import clock, metrics
from core.errors import Refused
from core.tasks.batching import BATCH_SIZE
from core.transactions import atomic
from notifications.services import notify_each
from races.models import Entry

from .. import rules
from ..models import Draft, DraftEvent, Pick, Slot
from ..selectors import (
    board_of,
    first_pick_hold,
    free_by_ranking,
    picked_entries,
    slot_on_the_clock,
    unwanted_of,
    wishes_of,
)
from . import pick_notifications, turn_notifications
from .clock import advance_turn, grant_downtime_grace
from .event_log import append_event
from .missing_drivers import void_slots_without_driver
from .picks import fill_slot, make_pick

logger = logging.getLogger(__name__)

# A bot picks after this time, so that people can follow.
THINKING_TIME = timedelta(seconds=6)


class AutopickChoice(NamedTuple):
    """The chosen entry; `source` is the `Pick.Source`: wish list or ranking."""

    entry: Entry
    source: str


def choose_autopick_for(draft: Draft, constructor: Constructor) -> AutopickChoice | None:
    """Return the autopick of a constructor; None if the league makes no autopicks and no wish is free."""
    assert draft.settings is not None, "an open draft has its settings"
    free = {entry.driver_id: entry for entry, _points in free_by_ranking(draft)}
    wishes = wishes_of(constructor)
    has_conditions = any(wish.not_with_first_team for wish in wishes)
    own = picked_entries(draft, constructor) if has_conditions else []
    driver = rules.choose_autopick(
        wishes=wishes,
        do_not_draft=unwanted_of(constructor),
        ranking=[driver for driver, _points in draft.ranking],
        free={pk: entry.team_id for pk, entry in free.items()},
        first_pick_team=own[0].team_id if own else None,
        autopicks=draft.settings.autopicks,
    )
    if driver is None:
        return None
    is_wish = any(wish.driver == driver for wish in wishes)
    return AutopickChoice(free[driver], Pick.Source.WISH if is_wish else Pick.Source.AUTOPICK)


@atomic
def expire_turn(*, draft: Draft, now: datetime) -> bool:
    """Autopick for the constructor whose time has run out, or pass its turn. Returns False if no turn had expired."""
    draft = Draft.objects.with_webhooks().locked().select_related("settings", "league", "race").get(pk=draft.pk)
    if not _is_expired(draft, now):
        return False
    _measure_lateness(draft.turn_ends_at)
    board = board_of(draft)
    slot = board.turn
    assert slot is not None, "a clock runs for somebody"
    choice = choose_autopick_for(draft, slot.constructor)
    unfilled, free = board.unfilled, board.free
    news = []
    if choice is not None:
        pick = fill_slot(draft, slot, choice.entry, source=choice.source, by=None, now=now)
        news = pick_notifications.autopicked(draft, pick)
        unfilled.remove(slot)
        free -= 1
    elif free:
        slot.passed_at = now
        slot.save(update_fields=["passed_at"])
        append_event(draft, DraftEvent.Kind.PASSED, now=now, slot=slot.number, constructor=slot.constructor.name)
        news = pick_notifications.turn_passed(draft, slot)
    unfilled = void_slots_without_driver(draft, unfilled, free=free, now=now)
    advance_turn(draft, unfilled, now)
    news += turn_notifications.turn_moved(draft, unfilled, free=free)
    notify_each(notifications=news, now=now)
    return True


def _measure_lateness(deadline: datetime | None) -> None:
    """Measure how late a turn ends, when that is committed."""
    if deadline is not None:
        transaction.on_commit(
            lambda: metrics.TURN_LATENESS_SECONDS.observe(max((clock.now() - deadline).total_seconds(), 0)),
            robust=True,
        )


def _is_expired(draft: Draft, now: datetime) -> bool:
    # From the lock on, the clock does not matter: locking fills the missing picks.
    return (
        draft.state == Draft.State.OPEN
        and draft.turn_ends_at is not None
        and (draft.turn_ends_at <= now < draft.locks_at)
    )


def expire_due_turns(*, now: datetime) -> int:
    """Sweep all clocks: expire every turn whose time has run out; return the number of turns.

    After downtime, players whose time ran out meanwhile get a grace period instead. Turns beyond the batch size, and
    drafts whose row cannot be locked now, are left to the next sweep: a long sweep would count as downtime itself.
    """
    grant_downtime_grace(now=now)
    expired = 0
    while due := list(_due(now)[: BATCH_SIZE - expired]):
        ended = sum(_expire_or_log(draft, now) for draft in due)
        if not ended:
            break
        expired += ended
    return expired


def _due(now: datetime) -> QuerySet[Draft]:
    due = Draft.objects.filter(state=Draft.State.OPEN, turn_ends_at__lte=now, locks_at__gt=now)
    return due.order_by("turn_ends_at", "pk")


def _expire_or_log(draft: Draft, now: datetime) -> bool:
    """Expire a turn. A draft whose row cannot be locked must not block the others."""
    try:
        return expire_turn(draft=draft, now=now)
    except OperationalError as error:
        logger.warning("Cannot end the turn in draft %s now, the next sweep tries again: %s", draft.pk, error)
        return False


def expire_turn_if_due(*, draft: Draft, now: datetime) -> Draft:
    """Expire the turn if its time has run out and return the current draft. Every request for a draft calls this."""
    if _is_expired(draft, now):
        grant_downtime_grace(now=now)
        expire_turn(draft=draft, now=now)
        draft.refresh_from_db()
    return draft


def make_bot_picks(*, now: datetime) -> int:
    """Make the pick of every bot that has been on the clock for the thinking time; return the number of picks."""
    drafts = Draft.objects.filter(state=Draft.State.OPEN, slots__constructor__is_bot=True, slots__picks=None)
    return sum(_pick_if_due(draft, now) for draft in drafts.distinct().order_by("pk"))


def _pick_if_due(draft: Draft, now: datetime) -> bool:
    slot = slot_on_the_clock(draft)
    if slot is None or not slot.constructor.is_bot or (draft.turn_began_at or now) + THINKING_TIME > now:
        return False
    if first_pick_hold(draft, now):
        return False
    return pick_for_bot(draft=draft, slot=slot, now=now)


def pick_for_bot(*, draft: Draft, slot: Slot, now: datetime, seed: str = "") -> bool:
    """Pick for `slot` as a bot would. The same seed gives the same pick. Returns False if the pick was refused."""
    free = free_by_ranking(draft)
    if not free:
        return False
    choice = rules.bot_choice(len(free), f"{seed or draft.order_seed}:{draft.race.round}:{slot.number}")
    try:
        make_pick(constructor=slot.constructor, entry=free[choice][0], source=Pick.Source.BOT, now=now)
    except Refused:
        return False
    return True
