"""The championship of the real teams: official points, and places where they tie. No Django, no clock."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class TeamResult:
    """One car in a race or sprint. `place` is that of a classified car in a race, else None."""

    team: int
    points: Decimal
    place: int | None


@dataclass(frozen=True)
class TeamStanding:
    rank: int
    team: int
    points: Decimal
    wins: int


def team_standings(teams: Iterable[int], results: Iterable[TeamResult]) -> list[TeamStanding]:
    """The teams by points, then by race wins, second places and so on; what still ties shares a rank.

    Source: FIA Formula One Sporting Regulations, Article 7 (dead heats).

    >>> cars = [TeamResult(1, Decimal(18), 2), TeamResult(2, Decimal(25), 1), TeamResult(1, Decimal(7), None)]
    >>> [(line.rank, line.team, str(line.points), line.wins) for line in team_standings([1, 2, 3, 4], cars)]
    [(1, 2, '25', 1), (2, 1, '25', 0), (3, 3, '0', 0), (3, 4, '0', 0)]
    """
    points: dict[int, Decimal] = dict.fromkeys(teams, Decimal(0))
    places: dict[int, Counter[int]] = defaultdict(Counter)
    for result in results:
        points[result.team] = points.get(result.team, Decimal(0)) + result.points
        if result.place is not None:
            places[result.team][result.place] += 1
    last = max((place for counts in places.values() for place in counts), default=0)
    keys = {team: (-points[team], *(-places[team][place] for place in range(1, last + 1))) for team in points}
    ordered = sorted(points, key=keys.__getitem__)
    return [
        TeamStanding(1 + sum(keys[other] < keys[team] for other in points), team, points[team], places[team][1])
        for team in ordered
    ]
