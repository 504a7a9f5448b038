"""Standings of a race and of a season, with tie-breaks."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

from .points import ZERO
from .sheets import DriverPoints, draft_scores

T = TypeVar("T")


class HeldDriver(NamedTuple):
    """A driver picked in a draft, and the constructor that holds the pick."""

    driver: int
    constructor: int
    is_autopick: bool = False


class RaceStanding(NamedTuple):
    """A constructor's result in one race."""

    points: Decimal
    best_pick: Decimal
    autopicks: int
    rank: int


def race_standings(
    constructors: Collection[int], held: Collection[HeldDriver], driver_points: Mapping[int, DriverPoints]
) -> dict[int, RaceStanding]:
    """Score and rank the constructors of one draft, by constructor. One without picks scores zero and is ranked.

    >>> from leagues.rules import RuleSet
    >>> from scoring.rules import Finish, SessionResult, points_by_driver
    >>> race = SessionResult({22: Finish("9", "Finished")}, replacements={})
    >>> driver_points = points_by_driver(RuleSet(), race, SessionResult({}, {}))
    >>> race_standings([1, 2], [HeldDriver(driver=22, constructor=2)], driver_points)[2]
    RaceStanding(points=Decimal('9'), best_pick=Decimal('9'), autopicks=0, rank=1)
    """
    scores = draft_scores({pick.driver for pick in held}, driver_points)
    points = {
        constructor: [scores[pick.driver][1].points for pick in held if pick.constructor == constructor]
        for constructor in constructors
    }
    totals = {constructor: (sum(own, ZERO), max(own, default=ZERO)) for constructor, own in points.items()}
    ranks = rank_race(totals)
    autopicks = Counter(pick.constructor for pick in held if pick.is_autopick)
    return {
        constructor: RaceStanding(total, best, autopicks[constructor], ranks[constructor])
        for constructor, (total, best) in totals.items()
    }


def season_standings(
    present: Collection[int], races: Iterable[Mapping[int, RaceStanding]]
) -> list[tuple[int, "SeasonTotals"]]:
    """Rank everyone who plays or has scored, from the races that count, as (rank, totals) pairs, best first."""
    own_races: dict[int, list[RaceStanding]] = {constructor: [] for constructor in present}
    for race in races:
        for constructor, standing in race.items():
            own_races.setdefault(constructor, []).append(standing)
    return rank_season(season_totals(constructor, own) for constructor, own in sorted(own_races.items()))


def season_totals(constructor: int, races: Sequence[RaceStanding]) -> "SeasonTotals":
    """A constructor's totals of its races."""
    return SeasonTotals(
        constructor=constructor,
        points=sum((race.points for race in races), ZERO),
        places=tuple(race.rank for race in races),
        best_race=max((race.points for race in races), default=ZERO),
        autopicks=sum(race.autopicks for race in races),
    )


def shared_ranks(items: Iterable[T], key: Callable[[T], Any]) -> list[tuple[int, T]]:
    """Rank by ascending key, as (rank, item) pairs. Ties share a rank and keep their order; the next rank is skipped.

    >>> shared_ranks([("a", 5), ("b", 9), ("c", 9), ("d", 1)], key=lambda item: -item[1])
    [(1, ('b', 9)), (1, ('c', 9)), (3, ('a', 5)), (4, ('d', 1))]
    """
    ranked: list[tuple[int, T]] = []
    for _, group in groupby(sorted(items, key=key), key=key):
        rank = len(ranked) + 1
        ranked += [(rank, item) for item in group]
    return ranked


def driver_ranking(points: Mapping[int, Decimal]) -> list[tuple[int, int, Decimal]]:
    """Rank drivers by points, as (rank, driver, points) rows. Ties share a rank and keep the order passed in.

    >>> driver_ranking({4: Decimal(10), 1: Decimal(25), 81: Decimal(10)})
    [(1, 1, Decimal('25')), (2, 4, Decimal('10')), (2, 81, Decimal('10'))]
    """
    ranked = shared_ranks(points.items(), key=lambda item: -item[1])
    return [(rank, driver, value) for rank, (driver, value) in ranked]


def rank_race(lines: Mapping[int, tuple[Decimal, Decimal]]) -> dict[int, int]:
    """Rank the constructors of one race by (points, points of the best single driver) (the game's rules, Ties).

    >>> rank_race({1: (Decimal(12), Decimal(8)), 2: (Decimal(12), Decimal(9)), 3: (Decimal(12), Decimal(8))})
    {2: 1, 1: 2, 3: 2}
    """
    ranked = shared_ranks(lines.items(), key=lambda item: (-item[1][0], -item[1][1]))
    return {constructor: rank for rank, (constructor, _) in ranked}


@dataclass(frozen=True)
class SeasonTotals:
    """What decides a constructor's rank in the season. `places` are its ranks in the races it drafted for."""

    constructor: int
    points: Decimal
    places: tuple[int, ...] = ()
    best_race: Decimal = ZERO
    autopicks: int = 0


def rank_season(lines: Iterable[SeasonTotals]) -> list[tuple[int, SeasonTotals]]:
    """Rank a season (the game's rules, Ties): points, wins, second places and so on, best race, fewest autopicks.

    Constructors that tie on all of them share a rank.

    >>> steady = SeasonTotals(constructor=1, points=Decimal(100), places=(2, 2))
    >>> winner = SeasonTotals(constructor=2, points=Decimal(100), places=(1, 5))
    >>> [(rank, line.constructor) for rank, line in rank_season([steady, winner])]
    [(1, 2), (2, 1)]
    """
    totals = list(lines)
    last = max((place for line in totals for place in line.places), default=0)

    def sort_key(line: SeasonTotals) -> tuple[Any, ...]:
        count = Counter(line.places)
        return (-line.points, [-count[place] for place in range(1, last + 1)], -line.best_race, line.autopicks)

    return shared_ranks(totals, key=sort_key)
