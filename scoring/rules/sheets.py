"""Score sheets: every driver's points in a race, and what they are worth in one draft."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from leagues.rules import RuleSet
from races.rules import Seat

from .points import DID_NOT_TAKE_PART, Score, driver_score
from .replacements import find_replacements
from .results import CarResult, Finish, took_part
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
    """What a picked driver scores for the constructor. Race and sprint are settled apart.

    `scorer` is who scores in the race: the driver, a replacement, or None if nobody drove. `sprint_scorer` is the same
    for the sprint, None also if it does not count. A replacement who is held in the same draft scores only there: then
    `if_race_held` applies instead of `score`, or `if_sprint_held`, or `if_held` if that is true for both.
    """

    scorer: int | None
    sprint_scorer: int | None
    score: Score
    if_race_held: Score
    if_sprint_held: Score
    if_held: Score


NO_POINTS = DriverPoints(None, None, *[DID_NOT_TAKE_PART] * 4)


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
    sprint = inputs.sprint[version.sprint].cars if rule_set.sprints and version.sprint in inputs.sprint else ()
    return points_by_driver(
        rule_set,
        SessionResult.settle(race, inputs.line_up, replacements),
        SessionResult.settle(sprint, inputs.line_up, replacements),
    )


@dataclass(frozen=True)
class SessionResult:
    """A race or a sprint, settled: every driver's finish, and who scores for the drivers of the line-up who are missing
    (None for nobody). Both are empty for a sprint that there was not."""

    finishes: Mapping[int, Finish]
    replacements: Mapping[int, int | None]

    @classmethod
    def settle(
        cls, cars: Collection[CarResult], line_up: Mapping[int, Seat], replacements: Replacements
    ) -> "SessionResult":
        drove = {car.driver: car.seat for car in cars if took_part(car.finish)}
        finishes = {car.driver: car.finish for car in cars}
        return cls(finishes, find_replacements(line_up, drove, replacements) if cars else {})

    def scorer(self, driver: int) -> int | None:
        """Who scores for this driver."""
        scorer = self.replacements.get(driver, driver)
        return scorer if scorer in self.finishes else None


def points_by_driver(rule_set: RuleSet, race: SessionResult, sprint: SessionResult) -> dict[int, DriverPoints]:
    """What each driver of the results or of the line-up scores for a pick.

    >>> race = SessionResult({22: Finish("9", "Finished")}, replacements={6: 22, 7: None})
    >>> driver_points = points_by_driver(RuleSet(), race, SessionResult({}, {}))
    >>> [(driver, points.scorer, points.score.points) for driver, points in driver_points.items()]
    [(6, 22, Decimal('9')), (7, None, Decimal('0')), (22, 22, Decimal('9'))]

    A driver who raced the sprint scores it, also if somebody else drove the race:

    >>> sprint = SessionResult({6: Finish("2", "Finished")}, replacements={})
    >>> points_by_driver(RuleSet(sprints=True), race, sprint)[6].score.points
    Decimal('16')
    """
    drivers = sorted({*race.finishes, *race.replacements, *sprint.finishes, *sprint.replacements})
    return {driver: _driver_points(rule_set, driver, race, sprint) for driver in drivers}


def _driver_points(rule_set: RuleSet, driver: int, race: SessionResult, sprint: SessionResult) -> DriverPoints:
    scorer, sprint_scorer = race.scorer(driver), sprint.scorer(driver)

    def score(in_race: int | None, in_sprint: int | None) -> Score:
        # Nobody scores for a driver who did not start and was not replaced, but the breakdown says what happened.
        finish = race.finishes.get(driver if in_race is None else in_race)
        sprint_finish = sprint.finishes.get(driver if in_sprint is None else in_sprint)
        whose = _whose_sprint(driver, in_race, in_sprint) if sprint_finish else ""
        return driver_score(rule_set, finish, sprint_finish, sprint_label=whose)

    return DriverPoints(
        scorer,
        sprint_scorer,
        score=score(scorer, sprint_scorer),
        if_race_held=score(driver, sprint_scorer),
        if_sprint_held=score(scorer, driver),
        if_held=score(driver, driver),
    )


def _whose_sprint(driver: int, scorer: int | None, sprint_scorer: int | None) -> str:
    """The label of a sprint. It says who drove if that was not who drove the race."""
    if sprint_scorer not in (None, driver) and sprint_scorer != scorer:
        return "Sprint of the replacement"
    if scorer not in (None, driver) and sprint_scorer != scorer:
        return "Sprint of the driver picked"
    return "Sprint"


def draft_scores(
    held: Collection[int], driver_points: Mapping[int, DriverPoints]
) -> dict[int, tuple[int | None, Score]]:
    """Who scored in the race for each driver held in one draft, and how much it is with the sprint, by driver.

    A replacement who entered while the draft was open and was picked there scores only for that pick.

    >>> race = SessionResult({22: Finish("9", "Finished")}, replacements={6: 22})
    >>> driver_points = points_by_driver(RuleSet(), race, SessionResult({}, {}))
    >>> [(scorer, score.points) for scorer, score in draft_scores([6], driver_points).values()]
    [(22, Decimal('9'))]
    >>> [(scorer, score.points) for scorer, score in draft_scores([6, 22], driver_points).values()]
    [(None, Decimal('0')), (22, Decimal('9'))]
    """
    return {driver: _score_in_draft(driver, held, driver_points.get(driver, NO_POINTS)) for driver in held}


def _score_in_draft(driver: int, held: Collection[int], points: DriverPoints) -> tuple[int | None, Score]:
    race_is_held = points.scorer not in (None, driver) and points.scorer in held
    sprint_is_held = points.sprint_scorer not in (None, driver) and points.sprint_scorer in held
    if race_is_held:
        return None, points.if_held if sprint_is_held else points.if_race_held
    return points.scorer, points.if_sprint_held if sprint_is_held else points.score
