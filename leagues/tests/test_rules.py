"""Rules of leagues: capacity, custom points from untrusted JSON, rule sets."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from leagues.rules import MAX_PLACES, CustomPoints, RuleSet, check_capacity, max_constructors, parse_custom_points

# -- capacity --------------------------------------------------------------------------------------------------------


@given(st.integers(0, 40), st.integers(1, 5), st.sampled_from([20, 22, 26]))
def test_the_largest_league_fits_and_one_more_does_not(constructors, picks, cars):
    largest = max_constructors(cars, picks)
    check_capacity(constructors=largest, picks_per_race=picks, grid_size=cars)
    with pytest.raises(Invalid, match=f"at most {largest} fit"):
        check_capacity(constructors=largest + 1, picks_per_race=picks, grid_size=cars)


def test_a_league_that_is_too_large_is_refused_with_the_maximum_and_the_field():
    with pytest.raises(Invalid) as refused:
        check_capacity(constructors=12, picks_per_race=2, grid_size=22)
    assert refused.value.sentence.endswith("the grid has 22: at most 11 fit.")
    assert refused.value.field == "capacity"


# -- custom points ---------------------------------------------------------------------------------------------------


def test_custom_points_are_exact_decimals():
    points = parse_custom_points({"places": [25, "7.50", 0.1], "pole": -100, "places_gained": "0.25"})
    assert points.places == (Decimal(25), Decimal("7.5"), Decimal("0.1"))
    assert (points.pole, points.places_gained) == (Decimal(-100), Decimal("0.25"))


def test_values_that_are_left_out_score_nothing():
    assert parse_custom_points({}) == CustomPoints()


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (None, "Custom points are an object with a list of places."),
        ([10, 8], "Custom points are an object with a list of places."),
        ({"overtakes": 1}, "“overtakes” cannot score points."),
        ({"places": "25,18"}, "Places are a list of at most 30 values."),
        ({"places": [1] * (MAX_PLACES + 1)}, "Places are a list of at most 30 values."),
        ({"places": [10, "100.01"]}, "Place 2: 100.01 is too much. Points range from -100 to 100."),
        ({"not_classified": -101}, "Did not finish: -101 is too much. Points range from -100 to 100."),
        ({"fastest_lap": "1.005"}, "Fastest lap: 1.005 has more than two decimals."),
        ({"pole": "ten"}, "Pole position (fastest in qualifying): “ten” is not a number."),
        ({"pole": True}, "Pole position (fastest in qualifying): “True” is not a number."),
        ({"pole": None}, "Pole position (fastest in qualifying): “None” is not a number."),
        ({"pole": "NaN"}, "Pole position (fastest in qualifying): “NaN” is not a number."),
        ({"pole": "sNaN"}, "Pole position (fastest in qualifying): “sNaN” is not a number."),
        ({"pole": "-Infinity"}, "Pole position (fastest in qualifying): “-Infinity” is not a number."),
        ({"places": [[1]]}, "Place 1: “[1]” is not a number."),
    ],
)
def test_invalid_points_are_refused_and_named(raw, sentence):
    with pytest.raises(Invalid) as refused:
        parse_custom_points(raw)
    assert refused.value.sentence == sentence
    assert refused.value.field == "custom_points"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
words = st.sampled_from(["places", "pole", "fastest_lap", "disqualified", "places_gained"])


@given(json_values | st.dictionaries(words, json_values | st.lists(json_values, max_size=5)))
def test_any_json_is_parsed_within_bounds_or_refused(raw):
    try:
        points = parse_custom_points(raw)
    except Invalid:
        return
    values = [*points.places, points.pole, points.fastest_lap, points.disqualified, points.places_gained]
    assert all(abs(value) <= 100 and value == round(value, 2) for value in values)


# -- rule sets -------------------------------------------------------------------------------------------------------


def test_equal_rules_share_a_key_in_every_number_format():
    rule_set = RuleSet("custom", custom=parse_custom_points({"places": [10, "7.5", 0], "pole": 1}))
    other = RuleSet("custom", custom=parse_custom_points({"pole": "1.00", "places": ["10.0", "7.50", "-0"]}))
    assert rule_set == other
    assert rule_set.key == other.key


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "custom"},
        {"sprints": True},
        {"fastest_lap_point": True},
        {"custom": CustomPoints(places=(Decimal(1),))},
        {"custom": CustomPoints(pole=Decimal(1))},
        {"custom": CustomPoints(fastest_lap=Decimal(1))},
    ],
)
def test_different_rules_have_different_keys(change):
    assert replace(RuleSet(), **change).key != RuleSet().key


def test_a_key_fits_its_column_and_depends_only_on_the_rules():
    key = RuleSet("custom", custom=parse_custom_points(json.loads('{"places": [25, 18]}'))).key
    assert len(key) == 16
    assert key == RuleSet("custom", custom=CustomPoints(places=(Decimal(25), Decimal(18)))).key
