"""Points: a driver's score of a race weekend under a rule set, line by line."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple

from leagues.rules import CustomPoints, RuleSet
from races.rules import Outcome

from .results import CarResult, Finish, is_classified, outcome

STANDARD_RACE = tuple(map(Decimal, (25, 18, 15, 12, 10, 8, 6, 4, 2, 1)))
STANDARD_SPRINT = tuple(map(Decimal, (8, 7, 6, 5, 4, 3, 2, 1)))
ZERO = Decimal(0)


class BreakdownLine(NamedTuple):
    """One line of a breakdown, as players read it."""

    label: str
    points: Decimal


class Score(NamedTuple):
    """Points, and the breakdown lines that add up to them."""

    points: Decimal
    lines: tuple[BreakdownLine, ...]


DID_NOT_TAKE_PART = Score(ZERO, (BreakdownLine("Did not take part", ZERO),))


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


def driver_score(
    rules: RuleSet, race: Finish | None, sprint: Finish | None = None, *, sprint_label: str = "Sprint"
) -> Score:
    """A driver's score for a race weekend under a rule set (the game's rules, Scoring).

    `race` is None for a driver who is not in the classification, which scores zero. If the rule set counts sprints, a
    sprint adds the standard 8 to 1 points under every kind of scoring, as a line that begins with `sprint_label`.

    >>> driver_score(RuleSet(), Finish("9", "Finished"))
    Score(points=Decimal('9'), lines=(BreakdownLine(label='9th place', points=Decimal('9')),))
    >>> score = driver_score(RuleSet("standard_f1", sprints=True), Finish("R", "Retired"), Finish("3", "Finished"))
    >>> [f"{label}: {points}" for label, points in score.lines]
    ['Did not finish: 0', 'Sprint, 3rd place: 6']
    """
    lines = tuple(_race_lines(rules, race)) if race else DID_NOT_TAKE_PART.lines
    if rules.sprints and sprint:
        lines += (_sprint_line(sprint, sprint_label),)
    return Score(sum((line.points for line in lines), ZERO), lines)


def points_of_place(rules: RuleSet, place: int) -> Decimal:
    """What a place in the race scores under a rule set, without fastest lap, pole and places gained.

    >>> [int(points_of_place(RuleSet(), place)) for place in (1, 9, 10)]
    [1, 9, 10]
    """
    return driver_score(rules, Finish(str(place), "Finished")).points


def weekend_scores(rules: RuleSet, race: Iterable[CarResult], sprint: Iterable[CarResult] = ()) -> dict[int, Score]:
    """Every driver's score of a race weekend, by driver, including drivers who took part in the sprint only.

    >>> from scoring.rules import Seat
    >>> winner = CarResult(driver=4, seat=Seat(1, 4), finish=Finish("1", "Finished"))
    >>> [(driver, score.points) for driver, score in weekend_scores(RuleSet("standard_f1"), [winner]).items()]
    [(4, Decimal('25'))]
    """
    in_race = {car.driver: car.finish for car in race}
    in_sprint = {car.driver: car.finish for car in sprint}
    return {driver: driver_score(rules, in_race.get(driver), in_sprint.get(driver)) for driver in in_race | in_sprint}


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


def _sprint_line(sprint: Finish, sprint_label: str) -> BreakdownLine:
    label, points = _result_line(sprint, lambda place: listed_points(STANDARD_SPRINT, place))
    return BreakdownLine(f"{sprint_label}, {label[0].lower()}{label[1:]}", points)


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
        BreakdownLine("Pole position", custom.pole if _has_pole(race) else ZERO),
        BreakdownLine("Fastest lap", custom.fastest_lap if race.fastest_lap_rank == 1 else ZERO),
    ]
    return [line for line in extras if line.points]


def _has_pole(race: Finish) -> bool:
    """Whether the driver had the pole position: fastest in qualifying, whatever penalties made of the grid.

    Without a qualifying result, it is the first place on the grid.

    >>> _has_pole(Finish("5", "Finished", grid=11, has_pole=True)), _has_pole(Finish("1", "Finished", grid=1))
    (True, True)
    """
    return race.grid == 1 if race.has_pole is None else race.has_pole


def _places_gained(custom: CustomPoints, race: Finish) -> list[BreakdownLine]:
    """Positions gained from grid to finish, never negative. A pit lane start or an unknown grid gains none."""
    gained = (race.grid or 0) - int(race.position_text)
    if gained <= 0 or not custom.places_gained:
        return []
    return [BreakdownLine(f"{gained} {'place' if gained == 1 else 'places'} gained", gained * custom.places_gained)]
