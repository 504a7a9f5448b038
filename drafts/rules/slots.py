"""The places of a draft's sequence, and whose turn it is."""

from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple


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
