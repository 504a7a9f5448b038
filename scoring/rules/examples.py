"""Worked examples of the scoring rules on real results: a finish, a car that is out, a replacement, a sprint, a tie.

The examples of a league follow its settings; which results they are about is chosen once for a season.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from core.formatting.ordinals import shown_ordinal
from core.formatting.points import points_text, shown_points
from core.translation import gettext as _
from leagues.rules import RuleExample, RuleSet
from races.rules import Outcome

from .labels import shown_label
from .points import Score, driver_score
from .results import CarResult, Finish, outcome
from .sheets import DriverPoints, SessionResult, points_by_driver
from .standings import HeldDriver, race_standings

SHOWN_PLACES = (1, 9, 10)


class SeasonRace(NamedTuple):
    """A race of the season with its results; `sprint` is empty if there was none."""

    name: str
    race: Sequence[CarResult]
    sprint: Sequence[CarResult]


class DriverInRace(NamedTuple):
    """A driver's result in a race."""

    race: str
    driver: int
    finish: Finish


class Replaced(NamedTuple):
    """A driver who missed a race, and the result of who drove for them."""

    out: int
    result: DriverInRace


class ExampleFacts(NamedTuple):
    """The results that the examples are about, the latest of their kind. `names` are those of the drivers by id."""

    race: str
    finishes: Mapping[int, Finish]
    out: tuple[DriverInRace, ...]
    sprint: DriverInRace | None
    replaced: Replaced | None
    names: Mapping[int, str]


def example_facts(races: Sequence[SeasonRace], names: Mapping[int, str]) -> ExampleFacts:
    """Choose the results from the races of a season, which are in the order of their dates; there is at least one."""
    last = races[-1]
    latest_first = list(reversed(races))
    results = [DriverInRace(race.name, car.driver, car.finish) for race in latest_first for car in race.race]
    out = {
        result: next((found for found in results if outcome(found.finish) is result), None)
        for result in Outcome
        if result is not Outcome.CLASSIFIED
    }
    sprints = (DriverInRace(race.name, car.driver, car.finish) for race in latest_first for car in race.sprint[2:3])
    pairs = zip(reversed(races[:-1]), latest_first, strict=False)
    replaced = (found for before, race in pairs for found in _replaced(before, race))
    return ExampleFacts(
        race=last.name,
        finishes={car.driver: car.finish for car in last.race},
        out=tuple(found for found in out.values() if found),
        sprint=next(sprints, None),
        replaced=next(replaced, None),
        names=names,
    )


def _replaced(before: SeasonRace, race: SeasonRace) -> Iterator[Replaced]:
    """The drivers of the race before who missed this one, and who drove for them."""
    session = SessionResult.settle(race.race, {car.driver: car.seat for car in before.race}, {})
    for driver in session.replacements:
        scorer = session.scorer(driver)
        if scorer not in (None, driver):
            yield Replaced(driver, DriverInRace(race.name, scorer, session.finishes[scorer]))


def scoring_examples(rule_set: RuleSet, picks: int, facts: ExampleFacts) -> list[RuleExample]:
    """The examples of a league with these rules, in which each player has this many picks."""
    found = [*_finishes(rule_set, facts), *_out(rule_set, facts), _replacement(rule_set, facts)]
    return [example for example in [*found, _sprint(rule_set, facts), _tie(rule_set, picks, facts)] if example]


def _finishes(rule_set: RuleSet, facts: ExampleFacts) -> list[RuleExample]:
    """The winner, 9th and 10th place, and the driver who scored most."""
    scores = {driver: driver_score(rule_set, finish) for driver, finish in facts.finishes.items()}
    best = max(scores, key=lambda driver: scores[driver].points)
    shown = [
        driver
        for driver, finish in facts.finishes.items()
        if outcome(finish) is Outcome.CLASSIFIED and (driver == best or int(finish.position_text) in SHOWN_PLACES)
    ]
    sentence = _("%(driver)s finished %(place)s in the %(race)s: %(points)s.")
    return [
        RuleExample(
            "points",
            sentence
            % {
                "driver": facts.names[driver],
                "place": shown_ordinal(int(facts.finishes[driver].position_text)),
                "race": facts.race,
                "points": _explained(scores[driver]),
            },
        )
        for driver in shown
    ]


def _explained(score: Score) -> str:
    """The points, with what they consist of if that is more than the finish."""
    if len(score.lines) == 1:
        return points_text(score.points)
    lines = ", ".join(f"{shown_label(label)} {shown_points(points)}" for label, points in score.lines)
    return f"{points_text(score.points)} ({lines})"


def _out(rule_set: RuleSet, facts: ExampleFacts) -> list[RuleExample]:
    sentences = {
        Outcome.NOT_CLASSIFIED: _("%(driver)s did not finish the %(race)s: %(points)s."),
        Outcome.DID_NOT_START: _("%(driver)s did not start in the %(race)s: %(points)s."),
        Outcome.DISQUALIFIED: _("%(driver)s was disqualified from the %(race)s: %(points)s."),
    }
    return [
        RuleExample(
            "points",
            sentences[outcome(result.finish)]
            % {
                "driver": facts.names[result.driver],
                "race": result.race,
                "points": _explained(driver_score(rule_set, result.finish)),
            },
        )
        for result in facts.out
    ]


def _replacement(rule_set: RuleSet, facts: ExampleFacts) -> RuleExample | None:
    if facts.replaced is None:
        return None
    out, result = facts.replaced
    session = SessionResult({result.driver: result.finish}, {out: result.driver})
    points = points_by_driver(rule_set, session, SessionResult({}, {}))[out].score
    sentence = _(
        "%(driver)s drove the %(race)s for %(out)s. With a pick of %(out)s, you would have scored %(points)s: %(why)s."
    )
    values = {
        "driver": facts.names[result.driver],
        "out": facts.names[out],
        "race": result.race,
        "points": points_text(points.points),
        "why": ", ".join(f"{shown_label(label)} {shown_points(value)}" for label, value in points.lines),
    }
    return RuleExample("changes", sentence % values)


def _sprint(rule_set: RuleSet, facts: ExampleFacts) -> RuleExample | None:
    if facts.sprint is None:
        return None
    result = facts.sprint
    points = driver_score(rule_set, None, result.finish).points
    sentence = (
        _("%(driver)s finished 3rd in the sprint of the %(race)s: %(points)s.")
        if rule_set.sprints
        else _("%(driver)s finished 3rd in the sprint of the %(race)s, and that changed nothing.")
    )
    values = {"driver": facts.names[result.driver], "race": result.race, "points": points_text(points)}
    return RuleExample("sprints", sentence % values)


def _tie(rule_set: RuleSet, picks: int, facts: ExampleFacts) -> RuleExample | None:
    """Two players with the same points in the last race; with two picks each, one of them has the better driver."""
    points = {driver: driver_score(rule_set, finish).points for driver, finish in facts.finishes.items()}
    scoring = [driver for driver, value in points.items() if value > 0]
    sides = sorted(combinations(scoring, min(picks, 2)), key=lambda side: -sum(map(points.__getitem__, side)))
    for one, other in combinations(sides, 2):
        is_tie = set(one).isdisjoint(other) and sum(map(points.__getitem__, one)) == sum(map(points.__getitem__, other))
        if is_tie and (example := _tie_between(rule_set, facts, one, other)):
            return example
    return None


def _tie_between(
    rule_set: RuleSet, facts: ExampleFacts, one: Sequence[int], other: Sequence[int]
) -> RuleExample | None:
    """The tie in words, as the rules decide it; None if two picks each do not decide it."""
    held = [HeldDriver(driver, player) for player, side in ((1, one), (2, other)) for driver in side]
    points = points_by_driver(rule_set, SessionResult(facts.finishes, {}), SessionResult({}, {}))
    standings = race_standings((1, 2), held, points)
    is_shared = standings[1].rank == standings[2].rank
    if is_shared and len(one) > 1:
        return None
    ahead, behind = (one, other) if standings[1].rank == 1 else (other, one)
    values = {
        "ahead": _side(facts, points, ahead),
        "behind": _side(facts, points, behind),
        "race": facts.race,
        "points": points_text(standings[1].points),
        "best": shown_points(max(standing.best_pick for standing in standings.values())),
    }
    if is_shared:
        sentence = _("In the %(race)s, %(ahead)s and %(behind)s each brought %(points)s: these players share a place.")
    else:
        sentence = _(
            "In the %(race)s, %(ahead)s brought %(points)s, as did %(behind)s. The first of these players is ahead: "
            "the best single driver has %(best)s."
        )
    return RuleExample("ties", sentence % values)


def _side(facts: ExampleFacts, points: Mapping[int, DriverPoints], drivers: Sequence[int]) -> str:
    parts = [f"{facts.names[driver]} ({shown_points(points[driver].score.points)})" for driver in drivers]
    return parts[0] if len(parts) == 1 else _("%(first)s and %(second)s") % {"first": parts[0], "second": parts[1]}
