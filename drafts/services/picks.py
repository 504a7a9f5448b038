"""Make and change picks. Row locks serialize them; database constraints are the last guard.

Every service that picks inserts or changes the row together with its event: `fill_slot` and `refill_slot`.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from constructors.models import Constructor
from constructors.selectors import can_play_for, is_deputy
from core import metrics
from core.errors import NotAllowed, Refused
from core.transactions import atomic
from notifications.services import notify_each
from races.models import Entry

from .. import rules
from ..models import Draft, DraftEvent, Pick, Slot
from ..selectors import Board, board_of, latest_picks, pick_context
from . import pick_notifications, turn_notifications
from .clock import advance_turn
from .event_log import append_event, append_pick_event
from .missing_drivers import void_slots_without_driver


@atomic
def make_pick(
    *,
    constructor: Constructor,
    entry: Entry,
    now: datetime,
    by: User | None = None,
    source: str = Pick.Source.PLAYER,
    slot_number: int | None = None,
) -> Pick:
    """Pick a driver for the constructor in its league's draft of the entry's race.

    `slot_number` is the slot that the person meant to fill: of two picks that they send at once, the second must not
    fill their next slot. Raises `Refused` if the draft is not open, it is not the constructor's turn, the pick would
    fill another slot, or the driver is not available; `NotAllowed` for a constructor that has left. The lock on the
    draft serializes concurrent picks; the constraints `one_driver_per_draft` and `one_pick_per_slot` still hold where
    locks do not.
    """
    if constructor.left_at is not None:
        raise NotAllowed(_("This constructor has left the league."))
    draft = locked_draft(league=constructor.league_id, race=entry.race_id)
    board = board_of(draft)
    rules.check_pick(pick_context(board, constructor, now), requested_driver(board, entry))
    slot = board.slot_to_fill(constructor)
    assert slot is not None, "check_pick refuses where the constructor has no slot to fill"
    if slot_number not in (None, slot.number):
        raise Refused(_("You have picked or your turn has changed in the meantime. Choose again."), code="turn_changed")
    pick = fill_slot(draft, slot, entry, source=source, by=by, now=now)
    unfilled = [unfilled_slot for unfilled_slot in board.unfilled if unfilled_slot != slot]
    unfilled = void_slots_without_driver(draft, unfilled, free=board.free - 1, now=now)
    news = pick_notifications.picked_for(draft, pick, by)
    if slot.passed_at is None or not unfilled:
        advance_turn(draft, unfilled, now)
        news += turn_notifications.turn_moved(
            draft, unfilled, free=board.free - 1, by=by.pk if by else constructor.owner_id
        )
    notify_each(notifications=news, now=now)
    _measure_pick(source)
    return pick


def _measure_pick(source: str) -> None:
    """Measure a pick that a request asked for, when it is committed."""
    if (work := metrics.current()) and work.is_request:
        observe = metrics.PICK_SECONDS.labels(source).observe
        transaction.on_commit(lambda: observe(work.seconds), robust=True)


def make_own_pick(
    *, constructor: Constructor, entry: Entry, by: User, now: datetime, slot_number: int | None = None
) -> Pick:
    """Pick as the constructor's player, or as their deputy, which the pick then says."""
    source = _source_of(constructor, by)
    return make_pick(constructor=constructor, entry=entry, by=by, source=source, now=now, slot_number=slot_number)


def change_own_pick(*, constructor: Constructor, entry: Entry, by: User, now: datetime) -> Pick:
    """Change the last pick as the constructor's player, or as their deputy."""
    return change_pick(constructor=constructor, entry=entry, by=by, source=_source_of(constructor, by), now=now)


def _source_of(constructor: Constructor, by: User) -> str:
    if can_play_for(by, constructor):
        return Pick.Source.PLAYER
    if is_deputy(by, constructor):
        return Pick.Source.DEPUTY
    raise NotAllowed(_("You do not pick for this constructor."))


@atomic
def change_pick(
    *,
    constructor: Constructor,
    entry: Entry,
    now: datetime,
    by: User | None = None,
    source: str = Pick.Source.PLAYER,
) -> Pick:
    """Change the constructor's last pick to another driver, as long as nobody has picked after it."""
    if constructor.left_at is not None:
        raise NotAllowed(_("This constructor has left the league."))
    draft = locked_draft(league=constructor.league_id, race=entry.race_id)
    if draft.state not in (Draft.State.OPEN, Draft.State.COMPLETE) or now >= draft.locks_at:
        raise Refused(_("You can only change a pick while the draft is open."), code="wrong_state")
    last = latest_picks(draft).first()
    if last is None or last.slot.constructor_id != constructor.pk:
        raise Refused(_("You can only change your pick until the next one is made."), code="too_late_to_change")
    require_available(draft, entry)
    pick = refill_slot(draft, last, entry, kind=DraftEvent.Kind.PICK_CHANGED, source=source, by=by, now=now)
    notify_each(notifications=pick_notifications.picked_for(draft, pick, by), now=now)
    return pick


def locked_draft(*, league: int, race: int) -> Draft:
    """Return the league's draft that is not void, locked until the transaction ends, so that picks are serialized."""
    drafts = Draft.objects.not_void().with_webhooks().locked().select_related("settings", "league", "race")
    # The default ordering, by race date, would join the races to sort one row.
    draft = drafts.filter(league=league, race=race).order_by("pk").first()
    if draft is None:
        raise Refused(_("This league does not draft for this race."), code="no_draft")
    return draft


def require_available(draft: Draft, entry: Entry) -> None:
    """Raise `Refused` if the driver is not available in this draft."""
    rules.check_driver_available(requested_driver(board_of(draft), entry))


def requested_driver(board: Board, entry: Entry) -> rules.RequestedDriver:
    """Return the driver in the form that the rules check."""
    holder = board.holder_of(entry)
    return rules.RequestedDriver(
        name=entry.driver.family_name,
        is_entered=entry.race_id == board.draft.race_id,
        is_withdrawn=entry.is_withdrawn,
        holder=holder.name if holder else None,
    )


def fill_slot(draft: Draft, slot: Slot, entry: Entry, *, source: str, by: User | None, now: datetime) -> Pick:
    """Insert a pick and its event. A refusal must end the transaction of the calling service."""
    try:
        with transaction.atomic(savepoint=False):
            pick = Pick.objects.create(draft=draft, slot=slot, entry=entry, source=source, picked_by=by, picked_at=now)
    except IntegrityError as error:
        raise Refused(_("Someone was quicker: check the board and pick again."), code="driver_taken") from error
    append_pick_event(draft, pick, now=now, by=by)
    return pick


def refill_slot(
    draft: Draft, pick: Pick, entry: Entry, *, kind: str, source: str, by: User | None, now: datetime
) -> Pick:
    """Change the driver of a pick and append an event that names both drivers.

    It stays the same row: slot, time and position among the picks do not change."""
    before = pick.entry.driver
    pick.entry, pick.source, pick.picked_by = entry, source, by
    try:
        with transaction.atomic(savepoint=False):
            pick.save(update_fields=["entry", "source", "picked_by"])
    except IntegrityError as error:
        raise Refused(_("Someone was quicker: check the board and pick again."), code="driver_taken") from error
    append_event(
        draft,
        kind,
        now=now,
        by=by,
        slot=pick.slot.number,
        constructor=pick.slot.constructor.name,
        from_driver_id=before.ref,
        driver_id=entry.driver.ref,
        driver=str(entry.driver),
        source=source,
    )
    return pick
