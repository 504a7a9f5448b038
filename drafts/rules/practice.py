"""A practice draft: one player against bots, as an immutable value; every move returns a new one.

The player is constructor 1, the bots are 2 and up. Picks are stored in slot order, so that the next pick fills the
slot on the clock. Drivers are identified by the ids of their entries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from core.errors import Invalid
from core.translation import gettext as _
from leagues.rules import check_capacity

from .order import drawn_order
from .picks import PickContext, RequestedDriver, bot_choice, check_pick
from .slots import SlotPlan, slot_sequence

PLAYER = 1
MAX_OPPONENTS = 9
MAX_PICKS = 5
MAX_ENTRIES = 60
METHODS = ("sequential", "snake")
BOTS = (
    "Apex Hunters", "Late Brakers", "Box Box Box", "Gravel Trap", "Undercut United", "Purple Sectors",
    "Slipstream Six", "Parc Fermé", "Blue Flags",
)  # fmt: skip


@dataclass(frozen=True)
class Practice:
    """The state of a practice draft. `ranking` holds (entry, season points) of every driver, best first."""

    race: int
    seed: str
    method: str
    picks_each: int
    order: tuple[int, ...]
    ranking: tuple[tuple[int, str], ...]
    picks: tuple[int, ...] = ()

    @property
    def slots(self) -> list[SlotPlan]:
        return slot_sequence(self.order, picks=self.picks_each, method=self.method)

    @property
    def turn(self) -> SlotPlan | None:
        """The slot on the clock; None if every pick has been made."""
        return next(iter(self.slots[len(self.picks) :]), None)

    @property
    def free(self) -> list[tuple[int, str]]:
        return [row for row in self.ranking if row[0] not in self.picks]

    @property
    def holders(self) -> dict[int, int]:
        """The constructor that holds each entry, in the order of the picks."""
        return {entry: slot.constructor for entry, slot in zip(self.picks, self.slots, strict=False)}

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
    return with_bot_picks(Practice(race, seed, method, picks_each, tuple(order), tuple(ranking)))


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


def to_json(practice: Practice) -> dict[str, Any]:
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
            race=_integer(raw["race"]),
            seed=str(raw["seed"]),
            method=raw["method"],
            picks_each=_integer(raw["picks_each"]),
            order=tuple(_integer(constructor) for constructor in raw["order"]),
            ranking=tuple((_integer(entry), str(Decimal(points))) for entry, points in raw["ranking"]),
            picks=tuple(_integer(entry) for entry in raw["picks"]),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation):
        return None
    return practice if _is_valid(practice) else None


def _integer(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is not a number")
    return value


def _is_valid(practice: Practice) -> bool:
    entries = [entry for entry, _ in practice.ranking]
    players = len(practice.order)
    return (
        all(Decimal(points).is_finite() for _, points in practice.ranking)
        and practice.method in METHODS
        and 1 <= practice.picks_each <= MAX_PICKS
        and 2 <= players <= MAX_OPPONENTS + 1
        and sorted(practice.order) == list(range(1, players + 1))
        and players * practice.picks_each <= len(set(entries)) == len(entries) <= MAX_ENTRIES
        and len(set(practice.picks)) == len(practice.picks) <= players * practice.picks_each
        and set(practice.picks) <= set(entries)
    )
