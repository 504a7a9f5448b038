"""The draft as the rules know it: order, slots, turns, windows and legality. Plain values in, plain values out.

Constructors and drivers are integers here, moments are aware datetimes, and nothing reads a clock or draws at random.
"""

import hashlib
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from fantasyf1.kit.errors import Refused

NEW_YORK = ZoneInfo("America/New_York")
OPENING_TIME = time(8, tzinfo=NEW_YORK)
LEAST_WINDOW = timedelta(hours=24)

# -- the order -------------------------------------------------------------------------------------------------------


def commitment(seed: str) -> str:
    """The SHA-256 of a seed, in hex: shown before the draw, so that the seed cannot be chosen afterwards.

    >>> commitment("spa")[:8]
    '01698ce1'
    """
    return hashlib.sha256(seed.encode()).hexdigest()


def drawn_order(constructors: Iterable[int], seed: str) -> list[int]:
    """Draw the order by lot (the game's rules, Draft: a random order is provable).

    The constructors stand in the order of the SHA-256 of `seed:id`, so that anybody who knows the seed can repeat
    the draw, in a shell with `for id in 1 2 3; do printf %s:%s "$seed" $id | sha256sum; done`.

    >>> drawn_order([1, 2, 3], "spa")
    [3, 1, 2]
    >>> drawn_order([3, 1, 2], "spa")
    [3, 1, 2]
    """
    return sorted(constructors, key=lambda constructor: commitment(f"{seed}:{constructor}"))


def carried_over(previous: Sequence[int], present: Collection[int]) -> list[int]:
    """Keep an order: whoever left drops out, whoever is new comes last, the earliest to join first.

    This is also the order that follows a void draft (the game's rules, Season and races).

    >>> carried_over([4, 2, 3], {2, 4, 7, 9})
    [4, 2, 7, 9]
    """
    return [one for one in dict.fromkeys([*previous, *sorted(present)]) if one in present]


def rotated(previous: Sequence[int], *, present: Collection[int], exempt: Collection[int] = ()) -> list[int]:
    """The last becomes first, whoever picked (the game's rules, Draft: rotation).

    `exempt` are those whose first draft was the previous one: they joined last in the order, and are let off once from
    becoming first, so that nobody gains the first pick by joining. The last one who is not exempt moves instead.

    >>> rotated([1, 2, 3], present={1, 2, 3})
    [3, 1, 2]
    >>> rotated([1, 2, 3], present={1, 2, 3, 4})
    [3, 1, 2, 4]
    >>> rotated([3, 1, 2, 4], present={1, 2, 3, 4}, exempt={4})
    [2, 3, 1, 4]
    >>> rotated([1, 2, 3], present={1, 2})
    [2, 1]
    """
    first = [one for one in previous if one in present and one not in exempt][-1:]
    return carried_over([*first, *previous], present)


def reverse_standings(standings: Sequence[int], present: Collection[int]) -> list[int]:
    """The last in the table picks first; whoever is not in the table yet picks last.

    >>> reverse_standings([1, 2, 3], {1, 2, 3, 8})
    [3, 2, 1, 8]
    """
    return carried_over(standings[::-1], present)


def manual_order(planned: Sequence[int], previous: Sequence[int], present: Collection[int]) -> list[int]:
    """The order that the manager set; whoever it leaves out follows in the order of the draft before.

    >>> manual_order([3, 1], [1, 2, 3, 4], {1, 2, 3, 4, 5})
    [3, 1, 2, 4, 5]
    """
    return carried_over([*planned, *previous], present)


# -- slots and turns -------------------------------------------------------------------------------------------------


class SlotPlan(NamedTuple):
    """A place in the sequence of a draft: number and round count from 1."""

    number: int
    round: int
    constructor: int


def slot_sequence(order: Sequence[int], *, picks: int, method: str) -> list[SlotPlan]:
    """Write down every slot of a draft, `picks` rounds of the order (the game's rules, Draft: method).

    >>> [slot.constructor for slot in slot_sequence([1, 2, 3], picks=2, method="sequential")]
    [1, 2, 3, 1, 2, 3]
    >>> [slot.constructor for slot in slot_sequence([1, 2, 3], picks=2, method="snake")]
    [1, 2, 3, 3, 2, 1]
    >>> slot_sequence([7, 8], picks=2, method="snake")[2]
    SlotPlan(number=3, round=2, constructor=8)
    """
    if method not in ("sequential", "snake"):
        raise ValueError(f"no draft method is called {method!r}")
    rounds = [
        (number, order[::-1] if method == "snake" and number % 2 == 0 else order) for number in range(1, picks + 1)
    ]
    turns = [(number, constructor) for number, line in rounds for constructor in line]
    return [SlotPlan(position, number, constructor) for position, (number, constructor) in enumerate(turns, 1)]


def lowest_unfilled(numbers: Iterable[int], filled: Container[int]) -> int | None:
    """The slot whose turn it is (the game's rules, Draft), or None when every pick has been made.

    >>> lowest_unfilled([1, 2, 3, 4], {1, 3})
    2
    >>> lowest_unfilled([1, 2], {1, 2}) is None
    True
    """
    return min((number for number in numbers if number not in filled), default=None)


# -- windows ---------------------------------------------------------------------------------------------------------


def opens_at(locks_at: datetime) -> datetime:
    """The last Monday 08:00 in New York that is at least 24 hours before the lock, in UTC (the game's rules, Draft).

    >>> opens_at(datetime(2025, 3, 15, 4, 55, tzinfo=UTC)).isoformat()  # New York has just gone to summer time
    '2025-03-10T12:00:00+00:00'
    >>> opens_at(datetime(2025, 3, 8, 4, 55, tzinfo=UTC)).isoformat()
    '2025-03-03T13:00:00+00:00'
    >>> opens_at(datetime(2025, 3, 11, 11, 59, tzinfo=UTC)).isoformat()  # a minute short of 24 hours: a week earlier
    '2025-03-03T13:00:00+00:00'
    """
    latest = locks_at.astimezone(UTC) - LEAST_WINDOW
    today = latest.astimezone(NEW_YORK).date()
    monday = datetime.combine(today - timedelta(days=today.weekday()), OPENING_TIME)
    # Subtracting days keeps the hour on New York's wall, and Monday 08:00 exists in every week of the year.
    return (monday if monday <= latest else monday - timedelta(days=7)).astimezone(UTC)


class Lock(NamedTuple):
    """When a draft locks; provisional while the session that decides it has no time yet."""

    at: datetime
    is_provisional: bool


def lock(
    *, sessions: Mapping[str, datetime | None], race_starts_at: datetime, minutes: int, at_qualifying: bool
) -> Lock:
    """Lock `minutes` before the first competitive session (the game's rules, Draft: locks).

    `sessions` maps the kinds of the weekend's sessions to their starts, None where the timetable is not out. That is
    sprint qualifying where the weekend has one, unless the league locks `at_qualifying` always; else qualifying.

    While that session has no time, the lock is provisional: 24 hours before the race, or before the first session
    after the unknown one that has a time. Sprint qualifying is on the day before the sprint, so a sprint weekend whose
    sprint alone is timed never locks too late.

    >>> saturday, sunday = datetime(2025, 3, 22, 7, tzinfo=UTC), datetime(2025, 3, 23, 7, tzinfo=UTC)
    >>> lock(sessions={"qualifying": saturday}, race_starts_at=sunday, minutes=5, at_qualifying=False).at.isoformat()
    '2025-03-22T06:55:00+00:00'
    >>> weekend = {"sprint_qualifying": None, "sprint": None, "qualifying": None}
    >>> lock(sessions=weekend, race_starts_at=sunday, minutes=5, at_qualifying=False) == Lock(saturday, True)
    True
    """
    deciding = "qualifying" if at_qualifying or "sprint_qualifying" not in sessions else "sprint_qualifying"
    if start := sessions.get(deciding):
        return Lock(start - timedelta(minutes=minutes), is_provisional=False)
    later = ("sprint", "qualifying") if deciding == "sprint_qualifying" else ()
    starts = [start for kind in later if (start := sessions.get(kind))]
    return Lock(min([*starts, race_starts_at]) - LEAST_WINDOW, is_provisional=True)


# -- picks -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Situation:
    """A draft as it meets a constructor that wants to pick.

    `slots` and `picks` count what the constructor has and has used. `turn` is the constructor of the lowest unfilled
    slot, None when there is none. `is_past_lock` holds from the lock on, even before the sweep has written it down.
    """

    state: str
    is_past_lock: bool
    constructor: int
    slots: int
    picks: int
    turn: int | None
    turn_name: str = ""


@dataclass(frozen=True)
class Candidate:
    """The driver asked for; `holder` is the name of the constructor that has him in this draft."""

    name: str
    is_entered: bool = True
    is_withdrawn: bool = False
    holder: str | None = None


_CLOSED = {
    "upcoming": ("The draft has not opened yet.", "draft_not_open"),
    "locked": ("The draft is locked.", "draft_locked"),
    "scored": ("The draft is locked.", "draft_locked"),
    "void": ("This draft is void: the race does not count.", "draft_void"),
    "complete": ("Every pick has been made.", "draft_complete"),
}


def check_pick(situation: Situation, candidate: Candidate) -> None:
    """Raise `Refused` unless the pick is legal (the game's rules, Draft: a pick is legal when).

    The draft comes first, then the turn, then the driver: whoever asks learns the reason that would stay.

    >>> mine = Situation(state="open", is_past_lock=False, constructor=1, slots=2, picks=0, turn=1)
    >>> check_pick(mine, Candidate("Norris"))
    >>> check_pick(mine, Candidate("Norris", holder="Bob Racing"))
    Traceback (most recent call last):
    fantasyf1.kit.errors.Refused: Norris is gone: Bob Racing picked first.
    """
    _check_open(situation)
    _check_turn(situation)
    _check_candidate(candidate)


def _check_open(situation: Situation) -> None:
    is_past_lock = situation.is_past_lock and situation.state in ("open", "complete")
    state = "locked" if is_past_lock else situation.state
    if state in _CLOSED:
        sentence, code = _CLOSED[state]
        raise Refused(sentence, code=code)


def _check_turn(situation: Situation) -> None:
    if situation.slots == 0:
        raise Refused("You are not in this draft: it opened before you joined.", code="not_in_this_draft")
    if situation.picks >= situation.slots:
        raise Refused("You have made all your picks.", code="no_picks_left")
    if situation.turn != situation.constructor:
        raise Refused(f"It is {situation.turn_name}'s turn.", code="not_your_turn")


def _check_candidate(candidate: Candidate) -> None:
    if not candidate.is_entered:
        raise Refused(f"{candidate.name} is not entered for this race.", code="driver_not_entered")
    if candidate.is_withdrawn:
        raise Refused(f"{candidate.name} will not take part.", code="driver_withdrawn")
    if candidate.holder is not None:
        raise Refused(f"{candidate.name} is gone: {candidate.holder} picked first.", code="driver_taken")


def autopick(ranking: Sequence[int], available: Sequence[int]) -> int | None:
    """The first of the ranking who is available, else the first available; None when nobody is left.

    >>> autopick([4, 1], [1, 2]), autopick([4], [2, 3]), autopick([4], [])
    (1, 2, None)
    """
    return next((driver for driver in [*ranking, *available] if driver in available), None)


def bot_choice(free: int, seed: str) -> int:
    """Which of the `free` drivers, best first, a bot takes: mostly the best, now and then one of the next four.

    The seed decides, so that a season can be played again move by move.

    >>> [bot_choice(20, f"monza:{slot}") for slot in range(8)] == [bot_choice(20, f"monza:{slot}") for slot in range(8)]
    True
    >>> bot_choice(1, "monza")
    0
    """
    lot = int(commitment(seed)[:8], 16) % 100
    place = next(place for place, below in enumerate((50, 75, 88, 96, 100)) if lot < below)
    return min(place, free - 1)
