"""The slots of a draft, and whose turn it is."""

from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple


class SlotPlan(NamedTuple):
    """One slot of a draft; `number` and `round` count from 1."""

    number: int
    round: int
    constructor: int


def slot_sequence(order: Sequence[int], *, picks: int, method: str) -> list[SlotPlan]:
    """Return every slot of a draft: `picks` rounds of the order (the game's rules, Draft: method).

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
    turns = [(number, constructor) for number, constructors in rounds for constructor in constructors]
    return [SlotPlan(number, round_number, constructor) for number, (round_number, constructor) in enumerate(turns, 1)]


def lowest_unfilled(numbers: Iterable[int], filled: Container[int]) -> int | None:
    """Return the number of the slot on the clock (the game's rules, Draft), or None if every pick has been made.

    >>> lowest_unfilled([1, 2, 3, 4], {1, 3})
    2
    >>> lowest_unfilled([1, 2], {1, 2}) is None
    True
    """
    return min((number for number in numbers if number not in filled), default=None)
