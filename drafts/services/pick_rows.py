"""Insert or change the row of a pick together with its event; shared by every service that picks."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Refused
from races.models import Entry

from ..models import Draft, Pick, Slot
from .event_log import append_event, append_pick_event


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
