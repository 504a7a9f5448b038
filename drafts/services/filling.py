"""Writing a pick down, whoever makes it."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import User
from fantasyf1.kit.errors import Refused
from races.models import Entry

from ..models import Draft, Pick, Slot
from .events import log_pick


def fill_slot(draft: Draft, slot: Slot, entry: Entry, *, source: str, by: User | None, now: datetime) -> Pick:
    """Write a pick and its event down. A refusal ends the transaction of the service that was to do it."""
    try:
        with transaction.atomic(savepoint=False):
            pick = Pick.objects.create(draft=draft, slot=slot, entry=entry, source=source, picked_by=by, picked_at=now)
    except IntegrityError as error:
        raise Refused("Someone was quicker: look at the board again.", code="driver_taken") from error
    log_pick(draft, pick, now=now, by=by)
    return pick
