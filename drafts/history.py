"""What is told of a draft afterwards: its log in sentences, and how every pick came about and how long it took."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fantasyf1.kit.moments import left_text
from races.models import Driver

from .models import Draft, DraftEvent, Pick, Slot
from .rules.times import Happening, pick_times
from .selectors import Room

Kind = DraftEvent.Kind
FINISHED = (Draft.State.LOCKED, Draft.State.SCORED, Draft.State.VOID)
UNATTENDED = (Pick.Source.WISH, Pick.Source.AUTOPICK)


@dataclass(frozen=True)
class EventLine:
    """An event of the log as people read it. `until` is the moment that its sentence ends with, where it does.

    `is_managers` marks what a manager did, whose name is in the sentence.
    """

    at: datetime
    sentence: str
    until: datetime | None
    is_managers: bool


@dataclass(frozen=True)
class PickLine:
    """A slot, the pick that fills it, in words how that came about where it was not simply picked, and how long the
    slot was on the clock; None where nobody was waited for, or the log does not tell."""

    slot: Slot
    pick: Pick | None
    manner: str
    took: timedelta | None

    @property
    def is_attended(self) -> bool:
        return self.pick is not None and self.pick.source not in UNATTENDED

    @property
    def took_text(self) -> str:
        return _span_text(self.took)


@dataclass(frozen=True)
class History:
    """The slots of a draft in their order, and its log, the latest first."""

    picks: list[PickLine]
    log: list[EventLine]

    @property
    def quickest(self) -> str:
        """The shortest time of those who picked themselves, for an autopick at once is no feat; empty without one."""
        return _span_text(min((took for line, took in self._times if line.is_attended), default=None))

    @property
    def slowest(self) -> str:
        return _span_text(max((took for _, took in self._times), default=None))

    @property
    def _times(self) -> list[tuple[PickLine, timedelta]]:
        return [(line, line.took) for line in self.picks if line.took is not None]

    @property
    def unattended(self) -> int:
        """How many picks nobody made himself: autopicks, and wishes granted."""
        return sum(line.pick is not None and not line.is_attended for line in self.picks)


def _span_text(span: timedelta | None) -> str:
    """How long something took, as people say it; empty where that is not known."""
    if span is None:
        return ""
    return left_text(span) if span >= timedelta(seconds=1) else "at once"


def draft_history(room: Room) -> History:
    """The whole story of a draft whose room has been read already; three queries more at most."""
    events = _events(room.draft)
    times = pick_times(Happening(event.kind, event.happened_at, _slots_of(event)) for event in events)
    cells = sorted((cell for _, row in room.rounds for cell in row), key=lambda cell: cell.slot.number)
    drivers = _driver_names(events)
    instead_of = _swaps(events, drivers)
    picks = [_pick_line(room.draft, cell.slot, cell.pick, times, instead_of) for cell in cells]
    return History(picks, _lines(events, drivers))


def event_lines(draft: Draft) -> list[EventLine]:
    """The log of a draft in sentences, the latest first; two queries."""
    events = _events(draft)
    return _lines(events, _driver_names(events))


def _events(draft: Draft) -> list[DraftEvent]:
    return list(draft.events.select_related("by").order_by("seq"))


def _slots_of(event: DraftEvent) -> tuple[int, ...]:
    if event.kind == Kind.UNDONE:
        return tuple(pick["slot"] for pick in event.payload["picks"])
    return (event.payload["slot"],) if "slot" in event.payload else ()


def _swaps(events: Sequence[DraftEvent], drivers: Mapping[str, str]) -> dict[int, str]:
    """In whose place a driver was taken, by the number of the slot: the last word on each slot counts."""
    instead_of: dict[int, str] = {}
    for event in events:
        if event.kind in (Kind.PICKED, Kind.PICK_CHANGED, Kind.UNDONE):
            for number in _slots_of(event):
                instead_of.pop(number, None)
        elif event.kind == Kind.SWAPPED:
            out = event.payload["from_driver_id"]
            instead_of[event.payload["slot"]] = drivers.get(out, out)
    return instead_of


def _pick_line(
    draft: Draft, slot: Slot, pick: Pick | None, times: Mapping[int, timedelta], instead_of: Mapping[int, str]
) -> PickLine:
    # At the lock all that is missing is picked at once: nobody was waited for.
    is_at_lock = pick is not None and draft.locked_at is not None and pick.picked_at >= draft.locked_at
    took = times.get(slot.number) if pick and not is_at_lock else None
    manner = _manner(slot, pick, is_at_lock=is_at_lock)
    if pick is not None and slot.number in instead_of:
        manner = _swap_manner(pick, instead_of[slot.number])
    return PickLine(slot, pick, manner, took)


def _swap_manner(pick: Pick, out: str) -> str:
    by_whom = f", by the manager, {pick.picked_by or 'who has left'}" if pick.source == Pick.Source.MANAGER else ""
    return f"In the place of {out}, who was out{by_whom}"


def _manner(slot: Slot, pick: Pick | None, *, is_at_lock: bool) -> str:
    if pick is None:
        return "No pick: time ran out" if slot.passed_at else "No pick"
    if pick.source == Pick.Source.MANAGER:
        return f"Picked by the manager, {pick.picked_by or 'who has left'}"
    if pick.source in UNATTENDED:
        return pick.get_source_display() + (" at the lock" if is_at_lock else "")
    if slot.passed_at:
        return "Made up for"
    return "Picked by a bot" if pick.source == Pick.Source.BOT else ""


# -- the log in sentences ----------------------------------------------------------------------------------------------

Sentence = Callable[["_Telling"], str]


@dataclass(frozen=True)
class _Telling:
    """What a sentence can speak of: `who` did it, what the event says, drivers' names, and what came before."""

    who: str
    said: Mapping[str, Any]
    drivers: Mapping[str, str]
    is_first: bool

    def driver(self, ref: str) -> str:
        return self.drivers.get(ref, ref)


def _opened(telling: _Telling) -> str:
    source = Draft.OrderSource(telling.said["source"]).label
    return f"The draft opened. The order: {source[0].lower()}{source[1:]}."


def _picked(telling: _Telling) -> str:
    constructor, driver, source = (telling.said[key] for key in ("constructor", "driver", "source"))
    sentences = {
        Pick.Source.MANAGER: f"{telling.who} picked {driver} for {constructor}.",
        Pick.Source.WISH: f"{driver} went to {constructor} from the wish list.",
        Pick.Source.AUTOPICK: f"{driver} went to {constructor} as an autopick.",
        Pick.Source.BOT: f"{constructor}, a bot, picked {driver}.",
    }
    return sentences.get(source, f"{constructor} picked {driver}.")


def _changed(telling: _Telling) -> str:
    before = telling.driver(telling.said["from_driver_id"])
    return f"{telling.said['constructor']} changed the pick from {before} to {telling.said['driver']}."


def _swapped(telling: _Telling) -> str:
    before = telling.driver(telling.said["from_driver_id"])
    constructor, driver, source = (telling.said[key] for key in ("constructor", "driver", "source"))
    if source == Pick.Source.MANAGER:
        return f"{telling.who} took {driver} for {constructor} in the place of {before}."
    return f"{constructor} took {driver} in the place of {before}."


def _undone(telling: _Telling) -> str:
    names = [telling.driver(pick["driver_id"]) for pick in telling.said["picks"]]
    last = f"the last {len(names)} picks" if len(names) > 1 else "the last pick"
    return f"{telling.who} took back {last}: {', '.join(names)}."


def _extended(telling: _Telling) -> str:
    minutes = telling.said["minutes"]
    more = f"{minutes} minutes more" if minutes != 1 else "a minute more"
    return f"{telling.who} gave {more}, until"


SENTENCES: dict[str, Sentence] = {
    Kind.OPENED: _opened,
    Kind.ORDER_SET: lambda telling: f"{telling.who} set the order by hand.",
    Kind.SLOTS_ADDED: lambda telling: f"{telling.said['constructor']} joined, at the end of the draft.",
    Kind.SLOTS_RELEASED: lambda telling: f"{telling.said['constructor']} left, and the picks still open with it.",
    Kind.PICKED: _picked,
    Kind.PICK_CHANGED: _changed,
    Kind.DRIVER_OUT: lambda telling: (
        f"{telling.said['driver']} is out: {telling.said['constructor']} may take another."
    ),
    Kind.SWAPPED: _swapped,
    Kind.PASSED: lambda telling: f"{telling.said['constructor']}: time ran out without a pick.",
    Kind.UNDONE: _undone,
    Kind.PAUSED: lambda telling: f"{telling.who} paused the draft.",
    Kind.RESUMED: lambda telling: f"{telling.who} resumed the draft.",
    Kind.EXTENDED: _extended,
    Kind.GRACE: lambda telling: "The site had been down: the clock was set anew, until",
    Kind.COMPLETED: lambda telling: "Every pick was made.",
    Kind.LOCK_MOVED: lambda telling: "The race moved, and the lock with it, to",
    Kind.LOCKED: lambda telling: "The draft locked.",
    Kind.SCORED: lambda telling: "The points came in." if telling.is_first else "The points were counted again.",
    Kind.VOIDED: lambda telling: f"The draft became void. {telling.said['reason']}",
}
MANAGERS = (Kind.ORDER_SET, Kind.UNDONE, Kind.PAUSED, Kind.RESUMED, Kind.EXTENDED)
UNTIL = {Kind.EXTENDED: "turn_ends_at", Kind.GRACE: "turn_ends_at", Kind.LOCK_MOVED: "locks_at"}


def _lines(events: Sequence[DraftEvent], drivers: Mapping[str, str]) -> list[EventLine]:
    seen: set[str] = set()
    lines = []
    for event in events:
        lines.append(_line(event, drivers, is_first=event.kind not in seen))
        seen.add(event.kind)
    return lines[::-1]


def _line(event: DraftEvent, drivers: Mapping[str, str], *, is_first: bool) -> EventLine:
    who = event.by.get_username() if event.by else "A former manager"
    telling = _Telling(who, event.payload, drivers, is_first)
    until = event.payload.get(UNTIL.get(Kind(event.kind), ""))
    return EventLine(
        at=event.happened_at,
        # Carlos Sainz Jr. brings a full stop of his own.
        sentence=SENTENCES[event.kind](telling).replace("..", "."),
        until=datetime.fromisoformat(until) if until else None,
        is_managers=event.kind in MANAGERS or event.payload.get("source") == Pick.Source.MANAGER,
    )


def _driver_names(events: Sequence[DraftEvent]) -> dict[str, str]:
    """The drivers whom only their references name in the log."""
    refs = {event.payload["from_driver_id"] for event in events if "from_driver_id" in event.payload}
    refs |= {pick["driver_id"] for event in events if event.kind == Kind.UNDONE for pick in event.payload["picks"]}
    return {driver.ref: str(driver) for driver in Driver.objects.filter(ref__in=refs)} if refs else {}
