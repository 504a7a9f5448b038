"""Worked examples of the scoring rules: the real Abu Dhabi Grand Prix, and the rules' own figures for any settings."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.formatting.points import points_text
from leagues.rules import CustomPoints, RuleSet
from scoring.rules import (
    CarResult,
    Finish,
    SeasonRace,
    Seat,
    driver_score,
    example_facts,
    inverted_points,
    scoring_examples,
)

NAMES = {1: "Max Verstappen", 27: "Nico Hülkenberg", 18: "Lance Stroll", 7: "Jack Doohan", 43: "Franco Colapinto"}
OTHERS = {number: f"Driver {number}" for number in (81, 4, 16, 63, 14, 31, 44, 5, 87, 55)}
ORDER = [1, 81, 4, 16, 63, 14, 31, 44, 27, 18, 5, 87, 55]
ALPINE = 9


def race(name, drivers, *others, sprint=()):
    cars = [car(driver, str(place), "Finished") for place, driver in enumerate(drivers, 1)]
    return SeasonRace(name, [*cars, *others], [car(driver, str(place), "") for place, driver in enumerate(sprint, 1)])


def car(driver, position_text, status):
    team = ALPINE if driver in (7, 43) else driver
    return CarResult(driver, Seat(team, driver), Finish(position_text, status, grid=1, fastest_lap_rank=2))


FACTS = example_facts(
    [
        race("Miami Grand Prix", ORDER, car(7, "R", "Retired"), sprint=[4, 81, 44]),
        race("Imola Grand Prix", [*ORDER[:9], 43, *ORDER[10:]], car(18, "R", "Retired")),
        race("Abu Dhabi Grand Prix", [*ORDER, 43]),
    ],
    NAMES | OTHERS,
)


def examples(rule_set=None, picks=2, facts=FACTS):
    return {(item.section, item.sentence) for item in scoring_examples(rule_set or RuleSet(), picks, facts)}


@pytest.mark.parametrize(
    ("rule_set", "example"),
    [
        (RuleSet(), ("points", "Nico Hülkenberg finished 9th in the Abu Dhabi Grand Prix: 9 points.")),
        (RuleSet("standard_f1"), ("points", "Nico Hülkenberg finished 9th in the Abu Dhabi Grand Prix: 2 points.")),
        (RuleSet(), ("points", "Lance Stroll did not finish the Imola Grand Prix: 0 points.")),
        (
            RuleSet(),
            (
                "changes",
                "Franco Colapinto drove the Imola Grand Prix for Jack Doohan. With a pick of Jack Doohan, you would "
                "have scored 10 points: 10th place 10.",
            ),
        ),
        (RuleSet(sprints=True), ("sprints", "Driver 44 finished 3rd in the sprint of the Miami Grand Prix: 6 points.")),
        (
            RuleSet(),
            ("sprints", "Driver 44 finished 3rd in the sprint of the Miami Grand Prix, and that changed nothing."),
        ),
    ],
)
def test_a_real_race_explains_the_rules(rule_set, example):
    assert example in examples(rule_set)


def test_a_tie_is_explained_with_its_reason():
    [tie] = [sentence for section, sentence in examples() if section == "ties"]
    assert "the best single driver has" in tie
    [shared] = [sentence for section, sentence in examples(picks=1) if section == "ties"]
    assert "these players share a place" in shared


def test_custom_points_show_what_they_consist_of():
    custom = CustomPoints(places=(Decimal(5),), places_gained=Decimal(1), pole=Decimal(2))
    found = examples(RuleSet("custom", custom=custom))
    assert (
        "points",
        "Max Verstappen finished 1st in the Abu Dhabi Grand Prix: 7 points (1st place 5, Pole position 2).",
    ) in found


points = st.decimals(-100, 100, places=2)
rule_sets = st.builds(
    RuleSet,
    kind=st.sampled_from(["inverted_position", "standard_f1", "custom"]),
    sprints=st.booleans(),
    fastest_lap_point=st.booleans(),
    custom=st.builds(CustomPoints, places=st.lists(points, max_size=20).map(tuple), not_classified=points, pole=points),
)


@given(rule_sets, st.integers(1, 5))
def test_every_finish_in_the_examples_has_the_points_of_the_rules(rule_set, picks):
    drivers = {name: driver for driver, name in FACTS.names.items()}
    for section, sentence in examples(rule_set, picks):
        found = re.match(r"(.+) finished \d+\w\w in the Abu Dhabi", sentence)
        if section == "points" and found:
            score = driver_score(rule_set, FACTS.finishes[drivers[found[1]]])
            assert f": {points_text(score.points)}" in sentence


@given(st.permutations(ORDER), st.integers(1, 5))
def test_both_sides_of_a_tie_have_the_points_that_it_names(order, picks):
    facts = example_facts([race("Monaco Grand Prix", order)], NAMES | OTHERS)
    for section, sentence in examples(picks=picks, facts=facts):
        if section == "ties":
            shown = [int(number) for number in re.findall(r"\((\d+)\)", sentence)]
            half = len(shown) // 2
            assert sum(shown[:half]) == sum(shown[half:])
            assert f"brought {points_text(Decimal(sum(shown[:half])))}" in sentence
            assert set(shown) <= {int(inverted_points(place)) for place in range(1, 14)}
