"""Log what managers do in drafts in the activity log of their league, in the transaction of the act."""

from typing import Any

from leagues.activity import ActivityKind
from leagues.services import log_activity

from ..activity_kinds import COMMISSIONER_KINDS, PICKED_FOR, SUBSTITUTED_FOR
from ..models import Draft, DraftEvent, Pick

# What the sentences need of an event's payload.
SENTENCE_PARAMS = ("minutes", "driver", "constructor")
SOURCE_KINDS = {DraftEvent.Kind.PICKED: PICKED_FOR, DraftEvent.Kind.SUBSTITUTED: SUBSTITUTED_FOR}


def log_commissioner_act(draft: Draft, event: DraftEvent) -> None:
    """Log the event if it is the act of a manager."""
    kind = _kind_of(event)
    if kind is not None:
        params: dict[str, Any] = {name: event.payload[name] for name in SENTENCE_PARAMS if name in event.payload}
        params |= {"race": draft.race.name, "race_id": draft.race_id, "count": len(event.payload.get("picks", ()))}
        log_activity(draft.league, kind, by=event.by, now=event.happened_at, **params)


def _kind_of(event: DraftEvent) -> ActivityKind | None:
    if event.payload.get("source") == Pick.Source.MANAGER:
        return SOURCE_KINDS.get(DraftEvent.Kind(event.kind))
    return COMMISSIONER_KINDS.get(event.kind) if event.by else None
