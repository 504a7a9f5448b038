"""Records of a league over all its seasons: all-time standings, extremes, winning streaks, unused points, head to head.

Players are integers, the same person in every season. Races are in the order in which they were run.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from .points import ZERO
from .standings import RaceStanding, SeasonTotals, season_standings


class Turn(NamedTuple):
    """A pick of a draft: who picked which driver, and the points that it brought."""

    constructor: int
    driver: int
    points: Decimal


class PlayedRace(NamedTuple):
    """A race that was scored: each player's result, and the points that they left unused."""

    season: int
    race: int
    standings: Mapping[int, RaceStanding]
    unused: Mapping[int, Decimal]


class RaceRecord(NamedTuple):
    """A player's points in a race, or the points left unused there."""

    player: int
    season: int
    race: int
    points: Decimal


class Streak(NamedTuple):
    """Races won in a row, from the first to the last, as race ids."""

    player: int
    length: int
    first: int
    last: int


class HeadToHead(NamedTuple):
    """The races in which both players took part: who was ranked higher, and the points of each."""

    races: int = 0
    wins: int = 0
    losses: int = 0
    draws: int = 0
    points: Decimal = ZERO
    points_against: Decimal = ZERO


def points_unused(turns: Sequence[Turn], driver_points: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """How many more points each constructor could have scored, if it had picked other drivers at its turns.

    `turns` are in the order of picking. At each turn, every driver of `driver_points` was available whom no other
    constructor had picked; the others' picks are taken as they were.

    >>> points = {driver: Decimal(value) for driver, value in {4: 10, 16: 9, 63: 8, 81: 1}.items()}
    >>> turns = [Turn(1, 16, points[16]), Turn(2, 4, points[4]), Turn(2, 81, points[81]), Turn(1, 63, points[63])]
    >>> points_unused(turns, points)
    {1: Decimal('2'), 2: Decimal('7')}
    """
    constructors = dict.fromkeys(turn.constructor for turn in turns)
    return {constructor: _unused(constructor, turns, driver_points) for constructor in constructors}


def _unused(constructor: int, turns: Sequence[Turn], driver_points: Mapping[int, Decimal]) -> Decimal:
    own = [(number, turn) for number, turn in enumerate(turns) if turn.constructor == constructor]
    worth = {**driver_points, **{turn.driver: turn.points for _, turn in own}}
    best, chosen = ZERO, set[int]()
    # The choice only shrinks from turn to turn. So the last turn takes the best driver that it can, and so on back to
    # the first: a driver who was left for a later turn was also free at the earlier ones.
    for number, _ in reversed(own):
        taken = {turn.driver for turn in turns[:number] if turn.constructor != constructor}
        driver = max(worth.keys() - taken - chosen, key=lambda driver: worth[driver])
        chosen.add(driver)
        best += worth[driver]
    return best - sum((turn.points for _, turn in own), ZERO)


def all_time_standings(races: Sequence[PlayedRace], players: Collection[int]) -> list[tuple[int, SeasonTotals]]:
    """Rank the players over all seasons as in one season (the game's rules, Ties), as (rank, totals) pairs."""
    return season_standings((), (_of_players(race.standings, players) for race in races))


def _of_players(standings: Mapping[int, RaceStanding], players: Collection[int]) -> dict[int, RaceStanding]:
    return {player: standing for player, standing in standings.items() if player in players}


def race_records(races: Iterable[PlayedRace], players: Collection[int]) -> list[RaceRecord]:
    """The points of every player in every race."""
    return [
        RaceRecord(player, race.season, race.race, standing.points)
        for race in races
        for player, standing in race.standings.items()
        if player in players
    ]


def unused_records(races: Iterable[PlayedRace], players: Collection[int]) -> list[RaceRecord]:
    """The points that every player left unused in every race."""
    return [
        RaceRecord(player, race.season, race.race, points)
        for race in races
        for player, points in race.unused.items()
        if player in players
    ]


def highest(records: Sequence[RaceRecord]) -> list[RaceRecord]:
    """All records with the most points, in the order of races; several if they tie."""
    most = max((record.points for record in records), default=ZERO)
    return [record for record in records if record.points == most]


def lowest(records: Sequence[RaceRecord]) -> list[RaceRecord]:
    """All records with the fewest points, in the order of races; several if they tie."""
    fewest = min((record.points for record in records), default=ZERO)
    return [record for record in records if record.points == fewest]


def winning_streaks(races: Iterable[PlayedRace], players: Collection[int]) -> list[Streak]:
    """Every streak of races won in a row. A race that a player did not win or take part in ends theirs.

    >>> won = {1: RaceStanding(Decimal(9), Decimal(9), 0, rank=1)}
    >>> races = [PlayedRace(2026, race, won if race != 3 else {}, {}) for race in (1, 2, 3, 4)]
    >>> winning_streaks(races, {1})
    [Streak(player=1, length=2, first=1, last=2), Streak(player=1, length=1, first=4, last=4)]
    """
    streaks: list[Streak] = []
    running: dict[int, Streak] = {}
    for race in races:
        winners = {player for player, standing in race.standings.items() if standing.rank == 1 and player in players}
        streaks += [streak for player, streak in running.items() if player not in winners]
        running = {player: _extended(running.get(player), player, race.race) for player in sorted(winners)}
    return [*streaks, *running.values()]


def _extended(streak: Streak | None, player: int, race: int) -> Streak:
    return streak._replace(length=streak.length + 1, last=race) if streak else Streak(player, 1, race, race)


def longest(streaks: Sequence[Streak]) -> list[Streak]:
    """The longest streaks; several if they tie."""
    most = max((streak.length for streak in streaks), default=0)
    return [streak for streak in streaks if streak.length == most]


def head_to_head(player: int, other: int, races: Iterable[PlayedRace]) -> HeadToHead:
    """Compare two players over the races in which both took part. A shared rank is a draw.

    >>> first = RaceStanding(Decimal(12), Decimal(9), 0, rank=1)
    >>> second = RaceStanding(Decimal(12), Decimal(8), 0, rank=2)
    >>> head_to_head(1, 2, [PlayedRace(2026, 1, {1: first, 2: second}, {}), PlayedRace(2026, 2, {1: first}, {})])
    HeadToHead(races=1, wins=1, losses=0, draws=0, points=Decimal('12'), points_against=Decimal('12'))
    """
    pairs = [
        (race.standings[player], race.standings[other])
        for race in races
        if player in race.standings and other in race.standings
    ]
    return HeadToHead(
        races=len(pairs),
        wins=sum(own.rank < theirs.rank for own, theirs in pairs),
        losses=sum(own.rank > theirs.rank for own, theirs in pairs),
        draws=sum(own.rank == theirs.rank for own, theirs in pairs),
        points=sum((own.points for own, _ in pairs), ZERO),
        points_against=sum((theirs.points for _, theirs in pairs), ZERO),
    )
