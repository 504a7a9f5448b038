"""Score sheets: every driver's points in a race, and what they are worth in one draft."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from leagues.rules import RuleSet

from .points import DID_NOT_TAKE_PART, Score, weekend_scores
from .replacements import find_replacements
from .results import CarResult, Seat, took_part
from .versions import InputVersion, Revision, Revisions

# Drivers by the driver they replaced.
Replacements = Mapping[int, int]


class ResultRevision(NamedTuple):
    """One revision of a result: when it was recorded, and its rows by position."""

    recorded_at: datetime
    cars: tuple[CarResult, ...]


@dataclass(frozen=True)
class RaceInputs:
    """Everything a race is scored from, except replacements: they belong to a sheet.

    `race` and `sprint` are the revisions of the results by number, `line_up` the seats that the drafts opened with.
    """

    expected_start: datetime
    is_cancelled: bool
    replacements_version: int
    race: Mapping[int, ResultRevision]
    sprint: Mapping[int, ResultRevision]
    line_up: Mapping[int, Seat]

    def revisions(self, until: datetime | None = None) -> Revisions:
        """The revisions, or those recorded at or before `until`."""
        return Revisions(_recorded_until(self.race, until), _recorded_until(self.sprint, until))


def _recorded_until(results: Mapping[int, ResultRevision], until: datetime | None) -> list[Revision]:
    return [
        Revision(number, result.recorded_at)
        for number, result in results.items()
        if until is None or result.recorded_at <= until
    ]


class DriverPoints(NamedTuple):
    """What a picked driver scores for the constructor. `scorer` is the driver, a replacement, or None if nobody drove.

    `if_held` applies instead when the replacement is also held in the same draft.
    """

    scorer: int | None
    score: Score
    if_held: Score


NO_POINTS = DriverPoints(None, DID_NOT_TAKE_PART, DID_NOT_TAKE_PART)


def score_sheet(
    inputs: RaceInputs, rule_set: RuleSet, version: InputVersion, replacements: Replacements
) -> dict[int, DriverPoints]:
    """Every driver's points in a race under one rule set, from one version of the inputs.

    `replacements` are the administrator's, as known at that version. Here one driver replaces another:

    >>> from scoring.rules import Finish
    >>> ninth = CarResult(43, Seat(team=1, number=43), Finish("9", "Finished"))
    >>> missing = CarResult(7, Seat(team=1, number=7), Finish("W", "Did not start"))
    >>> start = datetime(2025, 3, 16)
    >>> race = {1: ResultRevision(start, (ninth, missing))}
    >>> inputs = RaceInputs(start, False, 0, race, sprint={}, line_up={7: missing.seat})
    >>> sheet = score_sheet(inputs, RuleSet(), InputVersion(race=1), replacements={})
    >>> [(driver, points.scorer, points.score.points) for driver, points in sheet.items()]
    [(7, 43, Decimal('9')), (43, 43, Decimal('9'))]
    """
    race = inputs.race[version.race].cars
    sprint = inputs.sprint[version.sprint].cars if version.sprint in inputs.sprint else ()
    drove = {car.driver: car.seat for car in race if took_part(car.finish)}
    return points_by_driver(
        weekend_scores(rule_set, race, sprint), find_replacements(inputs.line_up, drove, replacements)
    )


def points_by_driver(scores: Mapping[int, Score], replacements: Mapping[int, int | None]) -> dict[int, DriverPoints]:
    """What each driver scores for a pick. `scores` are those of all drivers in the results; `replacements` is what
    `find_replacements` returns.

    >>> from decimal import Decimal
    >>> from scoring.rules import BreakdownLine
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

    >>> from decimal import Decimal
    >>> from scoring.rules import BreakdownLine
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
