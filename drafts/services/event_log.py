"""The event log of a draft: one numbered row per change, written in the transaction of the change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Refused
from core.sse.pubsub import publish_on_commit

from ..models import Draft, DraftEvent, Pick
from .activity import log_commissioner_act
from .webhook_events import announce_events


def append_event(draft: Draft, kind: str, *, now: datetime, by: User | None = None, **payload: Any) -> DraftEvent:
    """Append an event. The caller has locked the draft's row, so that the numbers have no gaps and no duplicates."""
    event = build_event(draft, kind, now=now, by=by, **payload)
    draft.save(update_fields=["last_seq"])
    append_events([event])
    log_commissioner_act(draft, event)
    return event


def build_event(draft: Draft, kind: str, *, now: datetime, by: User | None = None, **payload: Any) -> DraftEvent:
    """Return an unsaved event with the next number, for bulk writes: the caller saves the draft and the events."""
    draft.last_seq += 1
    return DraftEvent(draft=draft, seq=draft.last_seq, kind=kind, payload=payload, by=by, happened_at=now)


def append_events(events: Sequence[DraftEvent]) -> None:
    """Insert events of locked drafts; announce them to webhooks, and after commit to their streams."""
    DraftEvent.objects.bulk_create(events)
    announce_events(events)
    publish_on_commit("draft", [(event.draft_id, event.seq) for event in events])


def check_last_seen_event(draft: Draft, seen: int | None) -> None:
    """Raise `Refused` if the draft has events after `seen`, the last one that the user saw. None skips the check."""
    if seen is not None and seen != draft.last_seq:
        raise Refused(
            _("The draft has changed since you loaded the page. Check what changed, then try again."),
            code="room_moved_on",
        )


def append_pick_event(draft: Draft, pick: Pick, *, now: datetime, by: User | None = None) -> DraftEvent:
    driver = pick.entry.driver
    return append_event(
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
