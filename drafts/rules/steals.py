"""Steals: late picks that scored much, found by comparing the number of each pick with its rank by points."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple


class Steal(NamedTuple):
    """A late pick that scored much: the pick with this number scored as a pick with the number `worth` should."""

    number: int
    worth: int
    points: Decimal

    @property
    def gain(self) -> int:
        return self.number - self.worth


def steals(picks: Mapping[int, Decimal]) -> list[Steal]:
    """The picks that scored better than their number, from the points by number: the best first.

    The pick with the most points was worth number 1, and so on; picks with the same points were worth the same. Of
    steals that gained as much, the one with more points is better. A pick without points is none.

    >>> steals({1: Decimal(2), 2: Decimal(9), 3: Decimal(1), 4: Decimal(9)})
    [Steal(number=4, worth=1, points=Decimal('9')), Steal(number=2, worth=1, points=Decimal('9'))]
    """
    points = sorted(picks.values(), reverse=True)
    compared = [Steal(number, points.index(scored) + 1, scored) for number, scored in picks.items()]
    found = [steal for steal in compared if steal.gain > 0 and steal.points > 0]
    return sorted(found, key=lambda steal: (steal.gain, steal.points), reverse=True)


def steal_of_the_race(picks: Mapping[int, Decimal]) -> Steal | None:
    """The best of the `steals`; None if every pick was worth its number or less.

    >>> steal_of_the_race({1: Decimal(9), 2: Decimal(2)}) is None
    True
    """
    return next(iter(steals(picks)), None)
