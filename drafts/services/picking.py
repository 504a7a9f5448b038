"""Picking: one driver for the slot whose turn it is, with the database as the last guard."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import User
from constructors.models import Constructor
from fantasyf1.kit.errors import NotAllowed, Refused
from races.models import Entry

from .. import rules
from ..models import Draft, DraftEvent, Pick, Slot
from ..selectors import open_slots, situation
from .events import log, log_pick


@transaction.atomic
def make_pick(
    *,
    constructor: Constructor,
    entry: Entry,
    now: datetime,
    by: User | None = None,
    source: str = Pick.Source.PLAYER,
) -> Pick:
    """Take a driver for the constructor in its league's draft of the entry's race.

    Raises `Refused` with a sentence when the draft is not open, it is another's turn, or the driver is not to be had;
    `NotAllowed` for a constructor that has left. Two who come at once are put in a row by the lock on the draft; the
    constraints hold where a lock does not.
    """
    if constructor.left_at is not None:
        raise NotAllowed("This constructor has left the league.")
    draft = locked_draft(league=constructor.league_id, race=entry.race_id)
    rules.check_pick(situation(draft, constructor, now), _candidate(draft, entry))
    pick = fill_slot(draft, open_slots(draft)[0], entry, source=source, by=by, now=now)
    complete_if_filled(draft, now)
    return pick


def locked_draft(*, league: int, race: int) -> Draft:
    """The draft that stands, held until the transaction ends: who comes second waits, then sees the first pick."""
    draft = Draft.objects.standing().select_for_update(of=("self",)).filter(league=league, race=race).first()
    if draft is None:
        raise Refused("This league does not draft for this race.", code="no_draft")
    return draft


def fill_slot(draft: Draft, slot: Slot, entry: Entry, *, source: str, by: User | None, now: datetime) -> Pick:
    """Write a pick and its event down. The savepoint keeps a refused one from spoiling the transaction around it."""
    try:
        with transaction.atomic():
            pick = Pick.objects.create(draft=draft, slot=slot, entry=entry, source=source, picked_by=by, picked_at=now)
    except IntegrityError as error:
        raise Refused("Someone was quicker: look at the board again.", code="driver_taken") from error
    log_pick(draft, pick, now=now, by=by)
    return pick


def complete_if_filled(draft: Draft, now: datetime) -> None:
    """An open draft without an open slot is complete."""
    if draft.state == Draft.State.OPEN and not open_slots(draft).exists():
        draft.state = Draft.State.COMPLETE
        draft.save(update_fields=["state"])
        log(draft, DraftEvent.Kind.COMPLETED, now=now)


@transaction.atomic
def release_slots(*, constructor: Constructor, now: datetime) -> None:
    """Take the open slots of a constructor that has left out of the draft, so that nobody waits for it."""
    drafts = Draft.objects.select_for_update(of=("self",)).filter(
        league=constructor.league, state=Draft.State.OPEN, slots__constructor=constructor
    )
    for draft in Draft.objects.filter(pk__in=[draft.pk for draft in drafts]):
        released, _ = open_slots(draft).filter(constructor=constructor).delete()
        if released:
            log(draft, DraftEvent.Kind.SLOTS_RELEASED, now=now, constructor=constructor.name)
            complete_if_filled(draft, now)


def _candidate(draft: Draft, entry: Entry) -> rules.Candidate:
    holder = draft.picks.filter(entry=entry).select_related("slot__constructor").first()
    return rules.Candidate(
        name=entry.driver.family_name,
        is_withdrawn=entry.is_withdrawn,
        holder=holder.slot.constructor.name if holder else None,
    )
