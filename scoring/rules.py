"""The scoring rules: points for a finish, replacement drivers, which results count, and ranking with tie-breaks.

Pure functions on plain values: drivers, teams and constructors are integer ids, points are Decimals.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

from leagues.rules import CustomPoints, RuleSet

T = TypeVar("T")

STANDARD_RACE = tuple(map(Decimal, (25, 18, 15, 12, 10, 8, 6, 4, 2, 1)))
STANDARD_SPRINT = tuple(map(Decimal, (8, 7, 6, 5, 4, 3, 2, 1)))
ZERO = Decimal(0)

# -- outcomes --------------------------------------------------------------------------------------------------------


class Outcome(Enum):
    """What happened to a car; the value is its label in a breakdown."""

    CLASSIFIED = "Classified"
    NOT_CLASSIFIED = "Did not finish"
    DID_NOT_START = "Did not start"
    DISQUALIFIED = "Disqualified"


class Finish(NamedTuple):
    """One row of a classification, in the F1 API's terms. `grid` is 0 for a pit lane start, or when unknown."""

    position_text: str
    status: str
    grid: int = 0
    fastest_lap_rank: int | None = None


_BY_STATUS = {
    "disqualified": Outcome.DISQUALIFIED,
    "excluded": Outcome.DISQUALIFIED,
    "did not start": Outcome.DID_NOT_START,
    "withdrew": Outcome.DID_NOT_START,
    "withdrawn": Outcome.DID_NOT_START,
    "did not qualify": Outcome.DID_NOT_START,
    "did not prequalify": Outcome.DID_NOT_START,
}
_BY_LETTER = {
    "D": Outcome.DISQUALIFIED,
    "E": Outcome.DISQUALIFIED,
    "W": Outcome.DID_NOT_START,
    "F": Outcome.DID_NOT_START,
}


def outcome(finish: Finish) -> Outcome:
    """What happened to the car (the game's rules, Scoring: a car is classified when).

    The status takes precedence: the feed has listed disqualified cars with a numeric position. Retired cars that
    covered 90% of the distance have a numeric position and are classified.

    >>> outcome(Finish("17", "Retired")), outcome(Finish("R", "Retired"))
    (<Outcome.CLASSIFIED: 'Classified'>, <Outcome.NOT_CLASSIFIED: 'Did not finish'>)
    >>> outcome(Finish("4", "Disqualified")), outcome(Finish("W", "Did not start"))
    (<Outcome.DISQUALIFIED: 'Disqualified'>, <Outcome.DID_NOT_START: 'Did not start'>)
    """
    known = _BY_STATUS.get(finish.status.strip().lower()) or _BY_LETTER.get(finish.position_text)
    if known:
        return known
    is_number = finish.position_text.isascii() and finish.position_text.isdecimal() and int(finish.position_text) > 0
    return Outcome.CLASSIFIED if is_number else Outcome.NOT_CLASSIFIED


def is_classified(finish: Finish) -> bool:
    """Whether the car has a classified position (the game's rules, Scoring).

    >>> is_classified(Finish("12", "Lapped")), is_classified(Finish("N", "Not classified"))
    (True, False)
    """
    return outcome(finish) is Outcome.CLASSIFIED


def took_part(finish: Finish) -> bool:
    """Whether the driver started. If not, a replacement scores (the game's rules, Entries and substitutes).

    >>> took_part(Finish("R", "Retired")), took_part(Finish("W", "Did not start"))
    (True, False)
    """
    return outcome(finish) is not Outcome.DID_NOT_START


# -- points ----------------------------------------------------------------------------------------------------------


class BreakdownLine(NamedTuple):
    """One line of a breakdown, as players read it."""

    label: str
    points: Decimal


class Score(NamedTuple):
    """Points, and the breakdown lines that add up to them."""

    points: Decimal
    lines: tuple[BreakdownLine, ...]


def ordinal(number: int) -> str:
    """Format a position as an English ordinal.

    >>> [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 111)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '111th']
    """
    is_teen = number % 100 in (11, 12, 13)
    ending = "th" if is_teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def inverted_points(place: int) -> Decimal:
    """Points for a position where tenth scores most (the game's rules, Scoring: inverted position).

    >>> [int(inverted_points(place)) for place in (1, 9, 10, 11, 18, 19, 22)]
    [1, 9, 10, 9, 2, 1, 1]
    """
    return Decimal(max(1, 10 - abs(10 - place)))


def listed_points(places: tuple[Decimal, ...], place: int) -> Decimal:
    """Points from a list that starts with the winner's; positions past its end score zero.

    >>> listed_points(STANDARD_RACE, 2), listed_points(STANDARD_RACE, 11)
    (Decimal('18'), Decimal('0'))
    """
    return places[place - 1] if place <= len(places) else ZERO


def driver_score(rules: RuleSet, race: Finish | None, sprint: Finish | None = None) -> Score:
    """A driver's score for a race weekend under a rule set (the game's rules, Scoring).

    `race` is None for a driver who is not in the classification, which scores zero. If the rule set counts sprints, a
    sprint adds the standard 8 to 1 points under every kind of scoring.

    >>> driver_score(RuleSet(), Finish("9", "Finished"))
    Score(points=Decimal('9'), lines=(BreakdownLine(label='9th place', points=Decimal('9')),))
    >>> score = driver_score(RuleSet("standard_f1", sprints=True), Finish("R", "Retired"), Finish("3", "Finished"))
    >>> [f"{label}: {points}" for label, points in score.lines]
    ['Did not finish: 0', 'Sprint, 3rd place: 6']
    """
    lines = tuple(_race_lines(rules, race) if race else [BreakdownLine("Did not take part", ZERO)])
    if rules.sprints and sprint:
        lines += (_sprint_line(sprint),)
    return Score(sum((line.points for line in lines), ZERO), lines)


def _race_lines(rules: RuleSet, race: Finish) -> list[BreakdownLine]:
    if rules.kind == "inverted_position":
        return [_result_line(race, inverted_points)]
    if rules.kind == "standard_f1":
        return _standard_lines(rules, race)
    if rules.kind == "custom":
        return _custom_lines(rules.custom, race)
    raise ValueError(f"no scoring is called {rules.kind!r}")


def _result_line(finish: Finish, points_of: Callable[[int], Decimal]) -> BreakdownLine:
    result = outcome(finish)
    if result is not Outcome.CLASSIFIED:
        return BreakdownLine(result.value, ZERO)
    place = int(finish.position_text)
    return BreakdownLine(f"{ordinal(place)} place", points_of(place))


def _sprint_line(sprint: Finish) -> BreakdownLine:
    label, points = _result_line(sprint, lambda place: listed_points(STANDARD_SPRINT, place))
    return BreakdownLine(f"Sprint, {label[0].lower()}{label[1:]}", points)


def _standard_lines(rules: RuleSet, race: Finish) -> list[BreakdownLine]:
    lines = [_result_line(race, lambda place: listed_points(STANDARD_RACE, place))]
    is_in_top_ten = is_classified(race) and int(race.position_text) <= 10
    if rules.fastest_lap_point and is_in_top_ten and race.fastest_lap_rank == 1:
        lines.append(BreakdownLine("Fastest lap", Decimal(1)))
    return lines


def _custom_lines(custom: CustomPoints, race: Finish) -> list[BreakdownLine]:
    """The position or outcome, plus the league's extras. A disqualified car gets no extras."""
    result = outcome(race)
    if result is Outcome.DISQUALIFIED:
        return [BreakdownLine(result.value, custom.disqualified)]
    if result is Outcome.DID_NOT_START:
        return [BreakdownLine(result.value, custom.did_not_start), *_custom_extras(custom, race)]
    if result is Outcome.NOT_CLASSIFIED:
        return [BreakdownLine(result.value, custom.not_classified), *_custom_extras(custom, race)]
    place = _result_line(race, lambda place: listed_points(custom.places, place))
    return [place, *_custom_extras(custom, race), *_places_gained(custom, race)]


def _custom_extras(custom: CustomPoints, race: Finish) -> list[BreakdownLine]:
    extras = [
        BreakdownLine("Pole position", custom.pole if race.grid == 1 else ZERO),
        BreakdownLine("Fastest lap", custom.fastest_lap if race.fastest_lap_rank == 1 else ZERO),
    ]
    return [line for line in extras if line.points]


def _places_gained(custom: CustomPoints, race: Finish) -> list[BreakdownLine]:
    """Positions gained from grid to finish, never negative. A pit lane start (`grid` 0) gains none."""
    gained = race.grid - int(race.position_text)
    if gained <= 0 or not custom.places_gained:
        return []
    return [BreakdownLine(f"{gained} {'place' if gained == 1 else 'places'} gained", gained * custom.places_gained)]


# -- replacement drivers ---------------------------------------------------------------------------------------------


class Seat(NamedTuple):
    """A car: its team and its number, each None if unknown."""

    team: int | None
    number: int | None


def find_replacements(
    line_up: Mapping[int, Seat], drove: Mapping[int, Seat], overrides: Mapping[int, int] | None = None
) -> dict[int, int | None]:
    """Find who scores for each line-up driver who did not take part (the game's rules, Entries and substitutes).

    `line_up` holds the seats at the time the drafts opened, `drove` the seats of everyone who started, and `overrides`
    the administrator's replacements, out to in. Returns a key for every missing driver, with None if the chain of seat
    changes does not end with a newcomer. Each vacated seat goes to at most one arrival, and a missing driver arrives
    nowhere, so chains cannot merge or form a cycle, and no driver replaces two others.

    >>> red_bull, racing_bulls = 1, 2
    >>> hadjar, lawson, tsunoda = 6, 30, 22
    >>> find_replacements(
    ...     line_up={hadjar: Seat(red_bull, 6), lawson: Seat(racing_bulls, 30)},
    ...     drove={lawson: Seat(red_bull, 30), tsunoda: Seat(racing_bulls, 22)},
    ... )
    {6: 22}
    """
    taken_over_by = _seat_takeovers(line_up, drove, overrides or {})

    def end_of_chain(driver: int) -> int | None:
        successor = taken_over_by.get(driver)
        return successor if successor is None or successor not in line_up else end_of_chain(successor)

    return {missing: end_of_chain(missing) for missing in line_up if missing not in drove}


def _seat_takeovers(
    line_up: Mapping[int, Seat], drove: Mapping[int, Seat], overrides: Mapping[int, int]
) -> dict[int, int]:
    """Who took over whose seat, out to in: the administrator's overrides first, then team by team."""
    left, arrived = _changed_seats(line_up, drove), _changed_seats(drove, line_up)
    pairs: dict[int, int] = {}
    for out, came in sorted(overrides.items()):
        if out in left and came in arrived:
            pairs[out] = came
            del left[out], arrived[came]
    for team in {seat.team for seat in left.values() if seat.team is not None}:
        pairs |= _pair_by_number(
            {driver: seat.number for driver, seat in left.items() if seat.team == team},
            {driver: seat.number for driver, seat in arrived.items() if seat.team == team},
        )
    return pairs


def _changed_seats(here: Mapping[int, Seat], there: Mapping[int, Seat]) -> dict[int, Seat]:
    """Seats of drivers who are `here` but not `there`, or `there` in another team, ordered by car number."""
    changed = [
        (driver, seat)
        for driver, seat in here.items()
        if driver not in there or _are_in_different_teams(seat, there[driver])
    ]
    return dict(sorted(changed, key=lambda item: (item[1].number is None, item[1].number or 0, item[0])))


def _are_in_different_teams(seat: Seat, other: Seat) -> bool:
    """Whether two seats are known to be in different teams. An unknown team never differs."""
    return seat.team is not None and other.team is not None and seat.team != other.team


def _pair_by_number(left: Mapping[int, int | None], arrived: Mapping[int, int | None]) -> dict[int, int]:
    """Pair the vacated seats of one team with the arrivals: equal car numbers first, then in the given order."""
    free, pairs = dict(arrived), {}
    for out, number in left.items():
        same = [came for came, other in free.items() if other is not None and other == number]
        if same:
            pairs[out] = same[0]
            del free[same[0]]
    return pairs | dict(zip((out for out in left if out not in pairs), free, strict=False))


# -- points by driver ------------------------------------------------------------------------------------------------


DID_NOT_TAKE_PART = Score(ZERO, (BreakdownLine("Did not take part", ZERO),))


class DriverPoints(NamedTuple):
    """What a picked driver scores for the constructor. `scorer` is the driver, a replacement, or None if nobody drove.

    `if_held` applies instead when the replacement is also held in the same draft.
    """

    scorer: int | None
    score: Score
    if_held: Score


NO_POINTS = DriverPoints(None, DID_NOT_TAKE_PART, DID_NOT_TAKE_PART)


def points_by_driver(scores: Mapping[int, Score], replacements: Mapping[int, int | None]) -> dict[int, DriverPoints]:
    """What each driver scores for a pick. `scores` are those of all drivers in the results; `replacements` is what
    `find_replacements` returns.

    >>> nine = Score(Decimal(9), (BreakdownLine("9th place", Decimal(9)),))
    >>> driver_points = points_by_driver({22: nine}, {6: 22, 7: None})
    >>> [(driver, points.scorer, points.score.points) for driver, points in driver_points.items()]
    [(6, 22, Decimal('9')), (7, None, Decimal('0')), (22, 22, Decimal('9'))]
    """
    drivers = sorted({*scores, *replacements})
    return {driver: _driver_points(driver, replacements.get(driver, driver), scores) for driver in drivers}


def _driver_points(driver: int, scorer: int | None, scores: Mapping[int, Score]) -> DriverPoints:
    own = scores.get(driver, DID_NOT_TAKE_PART)
    if scorer is None:
        return DriverPoints(None, own, own)
    return DriverPoints(scorer if scorer in scores else None, scores.get(scorer, DID_NOT_TAKE_PART), own)


def draft_scores(
    held: Collection[int], driver_points: Mapping[int, DriverPoints]
) -> dict[int, tuple[int | None, Score]]:
    """Who scored for each driver held in one draft, and how much, by driver.

    A replacement who entered while the draft was open and was picked there scores only for that pick.

    >>> nine = Score(Decimal(9), (BreakdownLine("9th place", Decimal(9)),))
    >>> driver_points = points_by_driver({22: nine}, {6: 22})
    >>> [(scorer, score.points) for scorer, score in draft_scores([6], driver_points).values()]
    [(22, Decimal('9'))]
    >>> [(scorer, score.points) for scorer, score in draft_scores([6, 22], driver_points).values()]
    [(None, Decimal('0')), (22, Decimal('9'))]
    """
    scores: dict[int, tuple[int | None, Score]] = {}
    for driver in held:
        scorer, score, if_held = driver_points.get(driver, NO_POINTS)
        is_held_twice = scorer is not None and scorer != driver and scorer in held
        scores[driver] = (None, if_held) if is_held_twice else (scorer, score)
    return scores


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

    >>> nine = Score(Decimal(9), (BreakdownLine("9th place", Decimal(9)),))
    >>> race_standings([1, 2], [HeldDriver(driver=22, constructor=2)], points_by_driver({22: nine}, {}))[2]
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
    return rank_season(_season_totals(constructor, own) for constructor, own in sorted(own_races.items()))


def _season_totals(constructor: int, races: Sequence[RaceStanding]) -> "SeasonTotals":
    return SeasonTotals(
        constructor=constructor,
        points=sum((race.points for race in races), ZERO),
        places=tuple(race.rank for race in races),
        best_race=max((race.points for race in races), default=ZERO),
        autopicks=sum(race.autopicks for race in races),
    )


# -- versions of the inputs ------------------------------------------------------------------------------------------


class InputVersion(NamedTuple):
    """What a draft is scored from: the revisions of its results (0: none) and the version of the replacements."""

    race: int
    sprint: int = 0
    replacements: int = 0


class Revision(NamedTuple):
    """A revision of a result, and when it was recorded."""

    number: int
    recorded_at: datetime


def effective_revision(revisions: Iterable[Revision], frozen_at: datetime | None) -> int:
    """The number of the revision that counts for a league: the latest, or the latest before it froze; 0 if none.

    If there was no result yet at that time, the first revision counts: a late result is not a correction.

    >>> known = [Revision(1, datetime(2025, 3, 16)), Revision(2, datetime(2025, 3, 30))]
    >>> [effective_revision(known, at) for at in (None, datetime(2025, 3, 23), datetime(2025, 3, 1))]
    [2, 1, 1]
    """
    ordered = sorted(revisions)
    if frozen_at is None:
        return ordered[-1].number if ordered else 0
    in_time = [revision.number for revision in ordered if revision.recorded_at <= frozen_at]
    return in_time[-1] if in_time else min((revision.number for revision in ordered), default=0)


def needs_scoring(scored_from: InputVersion | None, due: InputVersion, *, is_frozen: bool = False) -> bool:
    """Whether a draft that was scored from `scored_from` has to be scored from `due`.

    Revisions only increase, so a late run that started with older ones never overwrites newer scores. Frozen drafts
    ignore changed replacements too.

    >>> needs_scoring(None, InputVersion(1)), needs_scoring(InputVersion(1), InputVersion(2))
    (True, True)
    >>> needs_scoring(InputVersion(2), InputVersion(1))
    False
    >>> needs_scoring(InputVersion(1), InputVersion(1, replacements=1))
    True
    >>> needs_scoring(InputVersion(1), InputVersion(1, replacements=1), is_frozen=True)
    False
    """
    if scored_from is None:
        return True
    if is_frozen:
        due = due._replace(replacements=scored_from.replacements)
    return due != scored_from and all(was <= now for was, now in zip(scored_from, due, strict=True))


# -- ranking ---------------------------------------------------------------------------------------------------------


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
