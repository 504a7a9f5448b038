"""A practice draft: one player against bots, as an immutable value; every move returns a new one.

The player is constructor 1, the bots are 2 and up. Picks are stored in slot order, so that the next pick fills the
slot on the clock. Drivers are identified by the ids of their entries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from core.errors import Invalid
from core.translation import gettext as _
from leagues.rules import RuleSet, check_capacity

from .order import drawn_order
from .picks import PickContext, RequestedDriver, bot_choice, check_pick
from .slots import SlotPlan, slot_sequence

PLAYER = 1
MAX_OPPONENTS = 9
MAX_PICKS = 5
MAX_ENTRIES = 60
METHODS = ("sequential", "snake")
SCORINGS = ("inverted_position", "standard_f1")
BOTS = (
    "Apex Hunters", "Late Brakers", "Box Box Box", "Gravel Trap", "Undercut United", "Purple Sectors",
    "Slipstream Six", "Parc Fermé", "Blue Flags",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PracticeBoard:
    """Who picks when in a practice draft, the picks so far, and the rules that its race is scored by."""

    race: int
    method: str
    picks_each: int
    order: tuple[int, ...]
    scoring: str = RuleSet.kind
    sprints: bool = RuleSet.sprints
    picks: tuple[int, ...] = ()

    @property
    def rule_set(self) -> RuleSet:
        return RuleSet(kind=self.scoring, sprints=self.sprints)

    @property
    def slots(self) -> list[SlotPlan]:
        return slot_sequence(self.order, picks=self.picks_each, method=self.method)

    @property
    def turn(self) -> SlotPlan | None:
        """The slot on the clock; None if every pick has been made."""
        return next(iter(self.slots[len(self.picks) :]), None)

    @property
    def holders(self) -> dict[int, int]:
        """The constructor that holds each entry, in the order of the picks."""
        return {entry: slot.constructor for entry, slot in zip(self.picks, self.slots, strict=False)}


@dataclass(frozen=True, kw_only=True)
class Practice(PracticeBoard):
    """The state of a practice draft. `ranking` holds (entry, season points) of every driver, best first."""

    seed: str
    ranking: tuple[tuple[int, str], ...]

    @property
    def board(self) -> PracticeBoard:
        """The draft without what the bots need to go on."""
        return PracticeBoard(**{item.name: getattr(self, item.name) for item in fields(PracticeBoard)})

    @property
    def free(self) -> list[tuple[int, str]]:
        return [row for row in self.ranking if row[0] not in self.picks]

    @property
    def totals(self) -> list[tuple[int, Decimal]]:
        """Constructors with the total season points of their drivers, most points first."""
        points = {entry: Decimal(text) for entry, text in self.ranking}
        sums = dict.fromkeys(self.order, Decimal(0))
        for entry, constructor in self.holders.items():
            sums[constructor] += points[entry]
        return sorted(sums.items(), key=lambda total: -total[1])


def constructor_name(constructor: int) -> str:
    """Return the name of a constructor of a practice draft.

    >>> constructor_name(PLAYER), constructor_name(2)
    ('You', 'Apex Hunters')
    """
    return _("You") if constructor == PLAYER else BOTS[constructor - 2]


def start_practice(
    *,
    race: int,
    ranking: Sequence[tuple[int, str]],
    opponents: int,
    seed: str,
    method: str = "sequential",
    picks_each: int = 2,
    place: int | None = None,
    scoring: str = RuleSet.kind,
    sprints: bool = RuleSet.sprints,
) -> Practice:
    """Start a practice draft and make the picks of the bots before the player. Without `place`, the place is random.

    Raises `Invalid` if there are too few cars, or no such place.

    >>> start_practice(race=1, ranking=[(7, "9"), (8, "4")], opponents=3, picks_each=1, seed="spa")
    Traceback (most recent call last):
    core.errors.Invalid: 4 constructors with 1 picks each need 4 cars, and the grid has 2: at most 2 fit.
    >>> start_practice(race=1, ranking=[(7, "9"), (8, "4")], opponents=1, picks_each=1, seed="spa", place=2).order
    (2, 1)
    """
    constructors = opponents + 1
    check_capacity(constructors=constructors, picks_per_race=picks_each, grid_size=len(ranking))
    if place is not None and not 1 <= place <= constructors:
        sentence = _("There is no place %(place)s in a draft of %(constructors)s.")
        raise Invalid(sentence % {"place": place, "constructors": constructors}, field="place")
    order = drawn_order(range(1, constructors + 1), seed)
    if place is not None:
        order.remove(PLAYER)
        order.insert(place - 1, PLAYER)
    practice = Practice(
        race=race,
        method=method,
        picks_each=picks_each,
        order=tuple(order),
        scoring=scoring,
        sprints=sprints,
        seed=seed,
        ranking=tuple(ranking),
    )
    return with_bot_picks(practice)


def with_bot_picks(practice: Practice) -> Practice:
    """Make the bots' picks until it is the player's turn or the draft is complete."""
    while (slot := practice.turn) is not None and slot.constructor != PLAYER:
        free = practice.free
        choice = bot_choice(len(free), f"{practice.seed}:{slot.number}")
        practice = replace(practice, picks=(*practice.picks, free[choice][0]))
    return practice


def with_pick(practice: Practice, entry: int, *, driver: str) -> Practice:
    """Pick `entry` for the player, then let the bots pick. `driver` is the name for a refusal. Raises `Refused`."""
    holder = practice.holders.get(entry)
    is_entered = any(entry == ranked for ranked, _ in practice.ranking)
    check_pick(
        _pick_context(practice),
        RequestedDriver(driver, is_entered=is_entered, holder=constructor_name(holder) if holder else None),
    )
    return with_bot_picks(replace(practice, picks=(*practice.picks, entry)))


def _pick_context(practice: Practice) -> PickContext:
    turn = practice.turn
    return PickContext(
        state="open" if turn else "complete",
        is_past_lock=False,
        constructor=PLAYER,
        slots=practice.picks_each,
        picks=sum(holder == PLAYER for holder in practice.holders.values()),
        turn=turn.constructor if turn else None,
    )


def to_json(practice: PracticeBoard) -> dict[str, Any]:
    """Return the practice draft as JSON-compatible values: a few kilobytes at most."""
    return asdict(practice)


def from_json(raw: object) -> Practice | None:
    """Read the result of `to_json`; None if it is not a valid practice draft, for example one of an older version.

    >>> from_json({"order": "nonsense"}) is None
    True
    """
    if not isinstance(raw, Mapping):
        return None
    try:
        practice = Practice(
            **_board_values(raw),
            seed=str(raw["seed"]),
            ranking=tuple((_integer(entry), str(Decimal(points))) for entry, points in raw["ranking"]),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation):
        return None
    return practice if _is_valid(practice) and _has_valid_ranking(practice) else None


def finished_board_from_json(raw: object) -> PracticeBoard | None:
    """Read the result of `to_json` of a board with all its picks; None if it is anything else.

    >>> finished_board_from_json({"race": 1, "picks": [4]}) is None
    True
    """
    if not isinstance(raw, Mapping):
        return None
    try:
        board = PracticeBoard(**_board_values(raw))
    except (KeyError, TypeError):
        return None
    return board if _is_valid(board) and board.turn is None else None


def _board_values(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "race": _integer(raw["race"]),
        "method": raw["method"],
        "picks_each": _integer(raw["picks_each"]),
        "order": tuple(_integer(constructor) for constructor in raw["order"]),
        "scoring": raw["scoring"],
        "sprints": bool(raw["sprints"]),
        "picks": tuple(_integer(entry) for entry in raw["picks"]),
    }


def _integer(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is not a number")
    return value


def _is_valid(board: PracticeBoard) -> bool:
    players = len(board.order)
    return (
        board.method in METHODS
        and board.scoring in SCORINGS
        and 1 <= board.picks_each <= MAX_PICKS
        and 2 <= players <= MAX_OPPONENTS + 1
        and sorted(board.order) == list(range(1, players + 1))
        and len(set(board.picks)) == len(board.picks) <= players * board.picks_each
    )


def _has_valid_ranking(practice: Practice) -> bool:
    entries = [entry for entry, _ in practice.ranking]
    return (
        all(Decimal(points).is_finite() for _, points in practice.ranking)
        and len(practice.order) * practice.picks_each <= len(set(entries)) == len(entries) <= MAX_ENTRIES
        and set(practice.picks) <= set(entries)
    )
