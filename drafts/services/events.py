"""The log of a draft: one numbered row for every change, written where the change is written."""

from datetime import datetime
from typing import Any

from accounts.models import User
from fantasyf1.kit.errors import Refused
from fantasyf1.kit.live.wake import announce

from ..models import Draft, DraftEvent, Pick


def log(draft: Draft, kind: str, *, now: datetime, by: User | None = None, **payload: Any) -> DraftEvent:
    """Append an event. The caller holds the draft's row, so that its numbers have no gaps and no doubles."""
    draft.last_seq += 1
    draft.save(update_fields=["last_seq"])
    announce("draft", draft.pk, draft.last_seq)
    return DraftEvent.objects.create(
        draft=draft, seq=draft.last_seq, kind=kind, payload=payload, by=by, happened_at=now
    )


def check_seen(draft: Draft, seen: int | None) -> None:
    """Refuse where the room has moved on since the event that somebody had before him; `None`: he did not say."""
    if seen is not None and seen != draft.last_seq:
        raise Refused("The room has moved on since you looked: see what changed, then decide.", code="room_moved_on")


def log_pick(draft: Draft, pick: Pick, *, now: datetime, by: User | None = None) -> DraftEvent:
    driver = pick.entry.driver
    return log(
        draft,
        DraftEvent.Kind.PICKED,
        now=now,
        by=by,
        slot=pick.slot.number,
        constructor_id=pick.slot.constructor_id,
        constructor=pick.slot.constructor.name,
        driver_id=driver.ref,
        driver=str(driver),
        source=pick.source,
    )
