"""Announce drafts to the webhooks of their leagues: events of the log, and whose turn it is."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from leagues.services import Fact, announce

from ..models import Draft, DraftEvent, Slot
from ..webhook_event_types import COMPLETED, OPENED, PICK, TURN, VOIDED

Kind = DraftEvent.Kind

EVENT_TYPES = {
    Kind.OPENED: OPENED,
    Kind.PICKED: PICK,
    Kind.PICK_CHANGED: PICK,
    Kind.SUBSTITUTED: PICK,
    Kind.COMPLETED: COMPLETED,
    Kind.VOIDED: VOIDED,
}


def announce_events(events: Iterable[DraftEvent]) -> None:
    """Announce those of these events that webhooks can have, in the transaction in which they are appended."""
    announced = [event for event in events if event.kind in EVENT_TYPES and _may_have_webhooks(event.draft)]
    if announced:
        leagues = {event.draft.league_id for event in announced}
        announce(leagues=leagues, facts=lambda wanted: _facts(announced, wanted), now=announced[0].happened_at)


def _may_have_webhooks(draft: Draft) -> bool:
    """False if the query that loaded the draft has asked (`Draft.objects.with_webhooks`), and the league has none."""
    return getattr(draft, "has_webhooks", True)


def _facts(events: Sequence[DraftEvent], leagues: Collection[int]) -> list[Fact]:
    return [
        Fact(event.draft.league_id, EVENT_TYPES[Kind(event.kind)], _draft_data(event.draft) | _data(event))
        for event in events
        if event.draft.league_id in leagues
    ]


def _draft_data(draft: Draft) -> dict[str, Any]:
    return {"draft_id": draft.pk, "race_id": draft.race_id, "race": draft.race.name}


def _data(event: DraftEvent) -> dict[str, Any]:
    return DATA.get(Kind(event.kind), _no_data)(event)


def _opened_data(event: DraftEvent) -> dict[str, Any]:
    return {"locks_at": event.draft.locks_at}


def _pick_data(event: DraftEvent) -> dict[str, Any]:
    names = ("slot", "constructor", "driver_id", "driver", "source")
    is_change = event.kind != Kind.PICKED
    return {name: event.payload[name] for name in names} | {
        "is_change": is_change,
        "previous_driver_id": event.payload["from_driver_id"] if is_change else None,
    }


def _voided_data(event: DraftEvent) -> dict[str, Any]:
    return {"reason": str(event.payload["reason"])}


def _no_data(_: DraftEvent) -> dict[str, Any]:
    return {}


DATA: Mapping[str, Callable[[DraftEvent], dict[str, Any]]] = {
    Kind.OPENED: _opened_data,
    Kind.PICKED: _pick_data,
    Kind.PICK_CHANGED: _pick_data,
    Kind.SUBSTITUTED: _pick_data,
    Kind.VOIDED: _voided_data,
}


def announce_turn(draft: Draft, slots: Sequence[Slot], now: datetime) -> None:
    """Announce whose turn has begun, unless the server picks for them at once. `slots` are open, with constructors."""
    if not _may_have_webhooks(draft) or draft.turn_began_at is None or slots[0].constructor.is_bot:
        return
    if draft.turn_ends_at is not None and draft.turn_ends_at <= now:
        return
    constructor = slots[0].constructor
    turn = {
        "slot": slots[0].number,
        "constructor_id": constructor.pk,
        "constructor": constructor.name,
        "ends_at": draft.turn_ends_at,
    }
    announce(
        leagues=[draft.league_id], facts=lambda _: [Fact(draft.league_id, TURN, _draft_data(draft) | turn)], now=now
    )
