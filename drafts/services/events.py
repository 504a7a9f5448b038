"""The log of a draft: one numbered row for every change, written where the change is written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from fantasyf1.kit.errors import Refused
from fantasyf1.kit.live.wake import announce_all

from ..models import Draft, DraftEvent, Pick


def log(draft: Draft, kind: str, *, now: datetime, by: User | None = None, **payload: Any) -> DraftEvent:
    """Append an event. The caller holds the draft's row, so that its numbers have no gaps and no doubles."""
    event = next_event(draft, kind, now=now, by=by, **payload)
    draft.save(update_fields=["last_seq"])
    log_all([event])
    return event


def next_event(draft: Draft, kind: str, *, now: datetime, by: User | None = None, **payload: Any) -> DraftEvent:
    """The same for who writes many: the event under its number. The draft and `log_all` are left to the caller."""
    draft.last_seq += 1
    return DraftEvent(draft=draft, seq=draft.last_seq, kind=kind, payload=payload, by=by, happened_at=now)


def log_all(events: Sequence[DraftEvent]) -> None:
    """Write down events of drafts that are held."""
    DraftEvent.objects.bulk_create(events)
    announce_all("draft", [(one.draft_id, one.seq) for one in events])


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
