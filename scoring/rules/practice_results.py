"""The result of a practice race: standings, the best pick, the steal of the draft, and what other picks had given.

Drivers and constructors are integer ids. Picks are given in the order of the draft.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from drafts.rules.steals import steal_of_the_race

from .points import ZERO, Score
from .sheets import DriverPoints, draft_scores
from .standings import HeldDriver, RaceStanding, driver_ranking, race_standings

MAX_STEPS = 4


class ScoredPick(NamedTuple):
    """A pick with its number in the draft and what it scored. `scorer` is who drove for it, None for nobody."""

    number: int
    constructor: int
    driver: int
    scorer: int | None
    score: Score


class StolenPick(NamedTuple):
    """The pick that was made latest for the points that it brought: `rank` is its rank by points among all picks."""

    pick: ScoredPick
    rank: int


class OtherPicks(NamedTuple):
    """What a constructor would have had with other drivers, while all others keep theirs."""

    drivers: tuple[int, ...]
    standing: RaceStanding


class Swap(NamedTuple):
    """Another driver instead of one pick, and what the constructor would have had with them."""

    out: ScoredPick
    driver: int
    standing: RaceStanding


class Step(NamedTuple):
    """A part of the race as it is told: its picks, fewest points first, and the ranking of the constructors after it,
    as (rank, constructor, points) rows."""

    picks: tuple[ScoredPick, ...]
    ranking: list[tuple[int, int, Decimal]]


@dataclass(frozen=True)
class PracticeResult:
    """A drafted race: the standing of each constructor, best first, and the picks in the order of the draft."""

    standings: Mapping[int, RaceStanding]
    picks: tuple[ScoredPick, ...]
    driver_points: Mapping[int, DriverPoints]

    @classmethod
    def of(cls, picks: Sequence[HeldDriver], driver_points: Mapping[int, DriverPoints]) -> "PracticeResult":
        """Score the picks by the rules of a league's race."""
        scores = draft_scores({pick.driver for pick in picks}, driver_points)
        standings = race_standings({pick.constructor for pick in picks}, picks, driver_points)
        ordered = sorted(standings.items(), key=lambda line: (line[1].rank, line[0]))
        scored = (
            ScoredPick(number, pick.constructor, pick.driver, *scores[pick.driver])
            for number, pick in enumerate(picks, 1)
        )
        return cls(dict(ordered), tuple(scored), driver_points)

    def picks_of(self, constructor: int) -> list[ScoredPick]:
        return [pick for pick in self.picks if pick.constructor == constructor]

    @property
    def best_pick(self) -> ScoredPick:
        """The pick with the most points, of equal ones the later one."""
        return max(self.picks, key=lambda pick: (pick.score.points, pick.number))

    @property
    def steal(self) -> StolenPick | None:
        """The pick that was made furthest behind its rank by points; None if every pick was made in that order."""
        found = steal_of_the_race({pick.number: pick.score.points for pick in self.picks})
        return StolenPick(self.picks[found.number - 1], found.worth) if found else None

    def best_swap(self, constructor: int, free: Collection[int]) -> Swap | None:
        """The driver of `free` who would have given the constructor most instead of one of its picks; None if nobody
        would have given it more."""
        swaps = [
            Swap(pick, driver, self._with(constructor, {pick.driver: driver}))
            for pick in self.picks_of(constructor)
            for driver in free
        ]
        best = max(swaps, key=lambda swap: swap.standing.points, default=None)
        return best if best and best.standing.points > self.standings[constructor].points else None

    def best_possible(self, constructor: int, free: Collection[int]) -> OtherPicks:
        """The best drivers that the constructor could have had: its own, and those of `free`."""
        own = [pick.driver for pick in self.picks_of(constructor)]
        points = self._points_of([*own, *free])
        best = [driver for _, driver, _ in driver_ranking(points)][: len(own)]
        kept = [driver for driver in best if driver in own]
        changes = dict(
            zip(
                (driver for driver in own if driver not in kept),
                (driver for driver in best if driver not in own),
                strict=True,
            )
        )
        return OtherPicks(tuple(best), self._with(constructor, changes))

    def _points_of(self, drivers: Collection[int]) -> dict[int, Decimal]:
        return {driver: draft_scores({driver}, self.driver_points)[driver][1].points for driver in drivers}

    def _with(self, constructor: int, changes: Mapping[int, int]) -> RaceStanding:
        """The standing of a constructor if it had picked other drivers instead of some, out to in."""
        held = [
            HeldDriver(
                changes.get(pick.driver, pick.driver) if pick.constructor == constructor else pick.driver,
                pick.constructor,
            )
            for pick in self.picks
        ]
        return race_standings(list(self.standings), held, self.driver_points)[constructor]

    def steps(self) -> Iterator[Step]:
        """The race in at most four steps, from the picks with the fewest points to those with the most."""
        ordered = sorted(self.picks, key=lambda pick: (pick.score.points, -pick.number))
        size = -(-len(ordered) // MAX_STEPS)
        totals = dict.fromkeys(self.standings, ZERO)
        for start in range(0, len(ordered), size):
            told = tuple(ordered[start : start + size])
            for pick in told:
                totals[pick.constructor] += pick.score.points
            yield Step(told, driver_ranking(totals))
