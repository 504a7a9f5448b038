"""The course of a season: places after each race, what decides between equal points, and picks against the average."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import NamedTuple

from .standings import RaceStanding, SeasonTotals, season_standings


class SeasonPlace(NamedTuple):
    """A constructor's rank and points in the season after one of its races."""

    rank: int
    points: Decimal


def season_progress(races: Sequence[Mapping[int, RaceStanding]]) -> list[dict[int, SeasonPlace]]:
    """The season standings after each race, by constructor. A constructor is in them from its first race on.

    >>> first = {1: RaceStanding(Decimal(9), Decimal(9), 0, 1), 2: RaceStanding(Decimal(4), Decimal(4), 0, 2)}
    >>> second = {2: RaceStanding(Decimal(8), Decimal(8), 0, 1)}
    >>> [{pk: (after.rank, int(after.points)) for pk, after in it.items()} for it in season_progress([first, second])]
    [{1: (1, 9), 2: (2, 4)}, {2: (1, 12), 1: (2, 9)}]
    """
    return [
        {totals.constructor: SeasonPlace(rank, totals.points) for rank, totals in season_standings((), races[:number])}
        for number in range(1, len(races) + 1)
    ]


class Criterion(Enum):
    """What decides between equal points, in this order: wins, second places and so on, best race, autopicks."""

    PLACES = "places"
    BEST_RACE = "best_race"
    AUTOPICKS = "autopicks"


class TieBreak(NamedTuple):
    """What puts one constructor ahead of another with the same points. `place` is the place that is counted."""

    criterion: Criterion
    ahead: Decimal | int
    behind: Decimal | int
    place: int = 0


def tie_break(ahead: SeasonTotals, behind: SeasonTotals) -> TieBreak | None:
    """What decided between two constructors with the same points (the game's rules, Ties). None if nothing did.

    >>> steady = SeasonTotals(constructor=1, points=Decimal(100), places=(2, 2), best_race=Decimal(15))
    >>> winner = SeasonTotals(constructor=2, points=Decimal(100), places=(1, 5), best_race=Decimal(15))
    >>> tie_break(winner, steady)
    TieBreak(criterion=<Criterion.PLACES: 'places'>, ahead=1, behind=0, place=1)
    >>> tie_break(steady, steady) is None
    True
    """
    for place in range(1, max((*ahead.places, *behind.places), default=0) + 1):
        counts = ahead.places.count(place), behind.places.count(place)
        if counts[0] != counts[1]:
            return TieBreak(Criterion.PLACES, *counts, place)
    if ahead.best_race != behind.best_race:
        return TieBreak(Criterion.BEST_RACE, ahead.best_race, behind.best_race)
    if ahead.autopicks != behind.autopicks:
        return TieBreak(Criterion.AUTOPICKS, ahead.autopicks, behind.autopicks)
    return None


class PickRecord(NamedTuple):
    """How a constructor's picks did against the average pick of the league in the same race."""

    hits: int
    misses: int
    average: int

    @property
    def total(self) -> int:
        return sum(self)


def hits_and_misses(picks: Iterable[tuple[Decimal, Decimal]]) -> PickRecord:
    """Count picks that scored more, less, and as much as the average, from pairs of points and average.

    >>> hits_and_misses([(Decimal(9), Decimal("5.5")), (Decimal(1), Decimal("5.5")), (Decimal(4), Decimal(4))])
    PickRecord(hits=1, misses=1, average=1)
    """
    signs = [(points > average) - (points < average) for points, average in picks]
    return PickRecord(signs.count(1), signs.count(-1), signs.count(0))
