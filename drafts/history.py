"""The history of a draft: its event log as sentences, and how each pick was made and how long it took."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.charts import Bar, BarChart, Segment, bar_chart
from core.formatting.datetimes import format_time_left
from core.formatting.ordinals import shown_ordinal
from races.models import Driver

from .models import Draft, DraftEvent, Pick, Slot
from .rules.pick_durations import TimedEvent, pick_durations
from .rules.steals import Steal, steals
from .selectors import DraftRoom

Kind = DraftEvent.Kind
FINISHED_STATES = (Draft.State.LOCKED, Draft.State.SCORED, Draft.State.VOID)
UNATTENDED = (Pick.Source.WISH, Pick.Source.AUTOPICK)


@dataclass(frozen=True)
class EventLine:
    """An event as a sentence, with the new deadline or lock as `until` if it set one; the template formats it.

    `is_managers` marks what a manager did; the sentence contains the manager's name. `slot` is the number of the slot
    that the event is about, None if it is about none or several.
    """

    seq: int
    kind: str
    slot: int | None
    at: datetime
    sentence: str
    until: datetime | None
    is_managers: bool


@dataclass(frozen=True)
class PickLine:
    """A slot with its pick.

    `manner` says how the pick was made if the player did not simply pick; `took` is how long the slot was on the clock,
    None if it was not or if the log does not say; `steal` is what a late pick with many points was worth.
    """

    slot: Slot
    pick: Pick | None
    manner: str
    took: timedelta | None
    steal: Steal | None = None

    @property
    def is_attended(self) -> bool:
        return self.pick is not None and self.pick.source not in UNATTENDED

    @property
    def took_text(self) -> str:
        return _span_text(self.took)

    @property
    def steal_text(self) -> str:
        if self.steal is None:
            return ""
        values = {"picked": shown_ordinal(self.steal.number), "scored": shown_ordinal(self.steal.worth)}
        return _("Picked %(picked)s, %(scored)s by points") % values


@dataclass(frozen=True)
class History:
    """The picks of a draft in slot order, its log, latest first, and its steals, the best first."""

    picks: list[PickLine]
    log: list[EventLine]
    steals: list[PickLine]

    @property
    def quickest(self) -> str:
        """The shortest time of a pick that a person made, in words; empty without one."""
        return _span_text(min((took for line, took in self._times if line.is_attended), default=None))

    @property
    def slowest(self) -> str:
        return _span_text(max((took for _, took in self._times), default=None))

    @property
    def times_chart(self) -> BarChart:
        """How many minutes each pick took, in the order of the picks; what no person picked is in another colour."""
        bars = [self._times_bar(line, took) for line, took in self._times]
        legend = (_("Picked by a person"), _("Autopicks and wish lists"))
        return bar_chart(_("Time per pick"), (_("Pick"), _("Minutes")), bars, legend if self.unattended else ())

    @staticmethod
    def _times_bar(line: PickLine, took: timedelta) -> Bar:
        minutes = Decimal(took // timedelta(minutes=1))
        segment = Segment(minutes, line.took_text, number=0 if line.is_attended else 1)
        return Bar(str(line.slot.number), str(line.slot), [segment], str(minutes))

    @property
    def _times(self) -> list[tuple[PickLine, timedelta]]:
        return [(line, line.took) for line in self.picks if line.took is not None]

    @property
    def unattended(self) -> int:
        """The number of picks that no person made: autopicks and picks from wish lists."""
        return sum(line.pick is not None and not line.is_attended for line in self.picks)


def _span_text(span: timedelta | None) -> str:
    """Return a duration in words; empty for None."""
    if span is None:
        return ""
    return format_time_left(span) if span >= timedelta(seconds=1) else _("at once")


def draft_history(room: DraftRoom) -> History:
    """Return the history of a draft whose room is loaded; at most three more queries."""
    events = _events(room.draft)
    durations = pick_durations(TimedEvent(event.kind, event.happened_at, _slots_of(event)) for event in events)
    cells = sorted((cell for _, row in room.rounds for cell in row), key=lambda cell: cell.slot.number)
    drivers = _driver_names(events)
    replaced = _replaced_drivers(events, drivers)
    picks = [_pick_line(room.draft, cell.slot, cell.pick, durations, replaced) for cell in cells]
    found = _steals(room.draft, picks)
    lines = [replace(line, steal=found.get(line.slot.number)) for line in picks]
    by_number = {line.slot.number: line for line in lines}
    return History(lines, _lines(events, drivers), [by_number[number] for number in found])


def _steals(draft: Draft, lines: Sequence[PickLine]) -> dict[int, Steal]:
    """The steals of a scored draft by the number of the pick, the best first."""
    if draft.state != Draft.State.SCORED:
        return {}
    picks = [line.pick for line in lines if line.pick and hasattr(line.pick, "score")]
    return {steal.number: steal for steal in steals({pick.slot.number: pick.score.points for pick in picks})}


def event_lines(draft: Draft) -> list[EventLine]:
    """Return the event log of a draft as sentences, latest first; two queries."""
    events = _events(draft)
    return _lines(events, _driver_names(events))


def waits_for_time(lines: Sequence[EventLine], slot: Slot | None) -> bool:
    """Whether somebody has asked for more time in the turn of this slot, and no manager has given it yet."""
    kinds = (Kind.TIME_ASKED, Kind.EXTENDED, Kind.UNDONE)
    last = next((line for line in lines if line.kind in kinds), None)
    return last is not None and slot is not None and last.kind == Kind.TIME_ASKED and last.slot == slot.number


def _events(draft: Draft) -> list[DraftEvent]:
    return list(draft.events.select_related("by").order_by("seq"))


def _slots_of(event: DraftEvent) -> tuple[int, ...]:
    if event.kind == Kind.UNDONE:
        return tuple(pick["slot"] for pick in event.payload["picks"])
    return (event.payload["slot"],) if "slot" in event.payload else ()


def _replaced_drivers(events: Sequence[DraftEvent], drivers: Mapping[str, str]) -> dict[int, str]:
    """Return the driver that a substitution replaced, by slot number; the last event of each slot counts."""
    replaced: dict[int, str] = {}
    for event in events:
        if event.kind in (Kind.PICKED, Kind.PICK_CHANGED, Kind.UNDONE):
            for number in _slots_of(event):
                replaced.pop(number, None)
        elif event.kind == Kind.SUBSTITUTED:
            out = event.payload["from_driver_id"]
            replaced[event.payload["slot"]] = drivers.get(out, out)
    return replaced


def _pick_line(
    draft: Draft, slot: Slot, pick: Pick | None, durations: Mapping[int, timedelta], replaced: Mapping[int, str]
) -> PickLine:
    # The lock makes all missing picks at once: their slots were not on the clock.
    is_at_lock = pick is not None and draft.locked_at is not None and pick.picked_at >= draft.locked_at
    took = durations.get(slot.number) if pick and not is_at_lock else None
    manner = _manner(slot, pick, is_at_lock=is_at_lock)
    if pick is not None and slot.number in replaced:
        manner = _substitution_manner(pick, replaced[slot.number])
    return PickLine(slot, pick, manner, took)


def _substitution_manner(pick: Pick, out: str) -> str:
    sentence = _("Instead of %(out)s, who was out")
    if pick.source == Pick.Source.MANAGER:
        sentence = _("Instead of %(out)s, who was out, by a former manager")
        if pick.picked_by:
            sentence = _("Instead of %(out)s, who was out, by the manager, %(manager)s")
    return sentence % {"out": out, "manager": pick.picked_by}


def _manner(slot: Slot, pick: Pick | None, *, is_at_lock: bool) -> str:
    if pick is None:
        if slot.voided_at:
            return _("Void: no driver was left")
        return _("No pick: time ran out") if slot.passed_at else _("No pick")
    if pick.source == Pick.Source.MANAGER:
        if pick.picked_by is None:
            return _("Picked by a former manager")
        return _("Picked by the manager, %(manager)s") % {"manager": pick.picked_by}
    if pick.source == Pick.Source.DEPUTY:
        return _("Picked by the deputy, %(deputy)s") % {"deputy": pick.picked_by or _("a former member")}
    if pick.source in UNATTENDED:
        source = pick.get_source_display()
        return _("%(source)s, at the lock") % {"source": source} if is_at_lock else source
    if slot.passed_at:
        return _("Picked after the turn had passed")
    return _("Picked by a bot") if pick.source == Pick.Source.BOT else ""


# -- the log in sentences ----------------------------------------------------------------------------------------------

Sentence = Callable[["_SentenceContext"], str]


@dataclass(frozen=True)
class _SentenceContext:
    """The values for a sentence: the actor's name and whether a person acted, the event's payload, driver names by
    reference, and whether the event is the first of its kind."""

    who: str
    is_by_person: bool
    payload: Mapping[str, Any]
    drivers: Mapping[str, str]
    is_first: bool

    def driver(self, ref: str) -> str:
        return self.drivers.get(ref, ref)


def _opened_sentence(context: _SentenceContext) -> str:
    source = Draft.OrderSource(context.payload["source"]).label
    sentence = _("The draft opened. Order: %(source)s.")
    if context.is_by_person:
        sentence = _("%(who)s started the draft. Order: %(source)s.")
    return sentence % {"who": context.who, "source": source}


def _added_sentence(context: _SentenceContext) -> str:
    sentence = _("%(constructor)s joined, last in the order.")
    if "replaces" in context.payload:
        sentence = _("%(constructor)s joined and took the place of %(replaces)s, a bot.")
    return sentence % context.payload


def _picked_sentence(context: _SentenceContext) -> str:
    constructor, driver, source = (context.payload[key] for key in ("constructor", "driver", "source"))
    sentences: dict[str, str] = {
        Pick.Source.MANAGER: _("%(who)s picked %(driver)s for %(constructor)s."),
        Pick.Source.DEPUTY: _("%(who)s picked %(driver)s for %(constructor)s, as the deputy."),
        Pick.Source.WISH: _("%(constructor)s got %(driver)s from the wish list."),
        Pick.Source.AUTOPICK: _("%(constructor)s got %(driver)s as an autopick."),
        Pick.Source.BOT: _("%(constructor)s, a bot, picked %(driver)s."),
    }
    sentence = sentences.get(source, _("%(constructor)s picked %(driver)s."))
    return sentence % {"who": context.who, "constructor": constructor, "driver": driver}


def _changed_sentence(context: _SentenceContext) -> str:
    before = context.driver(context.payload["from_driver_id"])
    values = {"constructor": context.payload["constructor"], "before": before, "driver": context.payload["driver"]}
    return _("%(constructor)s changed the pick from %(before)s to %(driver)s.") % values


def _substituted_sentence(context: _SentenceContext) -> str:
    before = context.driver(context.payload["from_driver_id"])
    constructor, driver, source = (context.payload[key] for key in ("constructor", "driver", "source"))
    sentence = _("%(constructor)s took %(driver)s instead of %(before)s.")
    if source == Pick.Source.MANAGER:
        sentence = _("%(who)s took %(driver)s for %(constructor)s instead of %(before)s.")
    return sentence % {"who": context.who, "constructor": constructor, "driver": driver, "before": before}


def _undone_sentence(context: _SentenceContext) -> str:
    names = [context.driver(pick["driver_id"]) for pick in context.payload["picks"]]
    sentence = ngettext(
        "%(who)s undid the last pick: %(drivers)s.", "%(who)s undid the last %(count)s picks: %(drivers)s.", len(names)
    )
    return sentence % {"who": context.who, "count": len(names), "drivers": ", ".join(names)}


def _extended_sentence(context: _SentenceContext) -> str:
    minutes = context.payload["minutes"]
    sentence = ngettext(
        "%(who)s extended the clock by %(minutes)s minute.",
        "%(who)s extended the clock by %(minutes)s minutes.",
        minutes,
    )
    return sentence % {"who": context.who, "minutes": minutes}


def _asked_sentence(context: _SentenceContext) -> str:
    hours = context.payload["hours"]
    sentence = ngettext(
        "%(constructor)s asked for %(hours)s more hour.", "%(constructor)s asked for %(hours)s more hours.", hours
    )
    return sentence % context.payload


def _voided_slots_sentence(context: _SentenceContext) -> str:
    sentence = ngettext(
        "No driver is left, so the last pick is void: %(constructors)s.",
        "No driver is left, so the last %(count)s picks are void: %(constructors)s.",
        len(context.payload["slots"]),
    )
    return sentence % {"count": len(context.payload["slots"]), "constructors": _constructors(context)}


def _reopened_slots_sentence(context: _SentenceContext) -> str:
    return _("Another driver is entered, so %(constructors)s can pick after all.") % {
        "constructors": _constructors(context)
    }


def _constructors(context: _SentenceContext) -> str:
    return ", ".join(context.payload["constructors"])


SENTENCES: dict[str, Sentence] = {
    Kind.OPENED: _opened_sentence,
    Kind.ORDER_SET: lambda context: _("%(who)s set the order.") % {"who": context.who},
    Kind.SLOTS_ADDED: _added_sentence,
    Kind.SLOTS_RELEASED: lambda context: _("%(constructor)s left. Their open picks were removed.") % context.payload,
    Kind.SLOTS_VOIDED: _voided_slots_sentence,
    Kind.SLOTS_REOPENED: _reopened_slots_sentence,
    Kind.PICKED: _picked_sentence,
    Kind.PICK_CHANGED: _changed_sentence,
    Kind.DRIVER_OUT: lambda context: _("%(driver)s is out. %(constructor)s can take another driver.") % context.payload,
    Kind.SUBSTITUTED: _substituted_sentence,
    Kind.PASSED: lambda context: _("%(constructor)s ran out of time without a pick.") % context.payload,
    Kind.UNDONE: _undone_sentence,
    Kind.PAUSED: lambda context: _("%(who)s paused the draft.") % {"who": context.who},
    Kind.RESUMED: lambda context: _("%(who)s resumed the draft.") % {"who": context.who},
    Kind.EXTENDED: _extended_sentence,
    Kind.TIME_ASKED: _asked_sentence,
    Kind.GRACE: lambda context: _("The site was down, so the clock was extended."),
    Kind.COMPLETED: lambda context: _("All picks were made."),
    Kind.LOCK_MOVED: lambda context: _("The race moved, so the lock moved too."),
    Kind.LOCKED: lambda context: _("The draft locked."),
    Kind.SCORED: lambda context: _("The draft was scored.") if context.is_first else _("The draft was scored again."),
    Kind.VOIDED: lambda context: _("The draft became void. %(reason)s") % {"reason": _(context.payload["reason"])},
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
    who = event.by.shown_name if event.by else _("A former manager")
    context = _SentenceContext(who, event.by is not None, event.payload, drivers, is_first)
    until = event.payload.get(UNTIL.get(Kind(event.kind), ""))
    return EventLine(
        seq=event.seq,
        kind=event.kind,
        slot=event.payload.get("slot"),
        at=event.happened_at,
        # “Carlos Sainz Jr.” already ends with a full stop.
        sentence=SENTENCES[event.kind](context).replace("..", "."),
        until=datetime.fromisoformat(until) if until else None,
        is_managers=_is_managers(event),
    )


def _is_managers(event: DraftEvent) -> bool:
    is_start = event.kind == Kind.OPENED and event.by is not None
    return is_start or event.kind in MANAGERS or event.payload.get("source") == Pick.Source.MANAGER


def _driver_names(events: Sequence[DraftEvent]) -> dict[str, str]:
    """Return driver names by reference, for events that contain only the reference."""
    refs = {event.payload["from_driver_id"] for event in events if "from_driver_id" in event.payload}
    refs |= {pick["driver_id"] for event in events if event.kind == Kind.UNDONE for pick in event.payload["picks"]}
    return {driver.ref: str(driver) for driver in Driver.objects.filter(ref__in=refs)} if refs else {}
