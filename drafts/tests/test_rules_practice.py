"""Practice drafts: bots pick after the player, the rules apply, and invalid JSON is rejected."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid, Refused
from drafts.rules import practice as rules
from drafts.rules.practice import PLAYER, from_json, start_practice, to_json, with_pick

RANKING = [(number, str(100 - number)) for number in range(1, 23)]


def started(**choices):
    given: dict[str, Any] = {"race": 5, "ranking": RANKING, "opponents": 3, "seed": "spa"} | choices
    return start_practice(**given)


def best(practice):
    return practice.free[0][0]


def finished(practice):
    while practice.turn:
        practice = with_pick(practice, best(practice), driver="Norris")
    return practice


@given(
    opponents=st.integers(1, 9),
    method=st.sampled_from(rules.METHODS),
    seed=st.text(max_size=8),
    place=st.integers(0, 10),
)
def test_every_practice_draft_finishes_by_the_rules(opponents, method, seed, place):
    where = place if 1 <= place <= opponents + 1 else None
    practice = finished(started(opponents=opponents, method=method, seed=seed, place=where))
    assert len(set(practice.picks)) == len(practice.slots) == 2 * (opponents + 1)
    assert sorted(practice.holders.values()) == sorted([*range(1, opponents + 2)] * 2)
    assert where is None or practice.order[where - 1] == PLAYER


def test_bots_pick_until_it_is_your_turn():
    practice = started(place=3)
    assert len(practice.picks) == 2
    assert practice.turn.constructor == PLAYER


def test_bots_pick_at_once():
    practice = started(place=1, method="snake")
    practice = with_pick(practice, best(practice), driver="Norris")
    assert len(practice.picks) == 1 + 6
    assert practice.turn == practice.slots[7]


def test_the_same_seed_gives_the_same_draft():
    assert finished(started()) == finished(started())
    assert finished(started(seed="monza")) != finished(started())


def test_a_driver_who_is_taken_is_refused():
    practice = started(place=2)
    with pytest.raises(Refused, match=r"Norris is gone: .+ picked first"):
        with_pick(practice, practice.picks[0], driver="Norris")


def test_a_driver_who_is_not_entered_is_refused():
    with pytest.raises(Refused, match="Norris is not entered for this race"):
        with_pick(started(), 99, driver="Norris")


def test_nothing_is_picked_after_the_end():
    practice = finished(started())
    with pytest.raises(Refused, match="Every pick has been made"):
        with_pick(practice, best(practice), driver="Norris")


def test_more_picks_than_cars_are_refused():
    with pytest.raises(Invalid, match="at most 7 fit"):
        started(opponents=9, picks_each=3)


@pytest.mark.parametrize("place", [0, 5])
def test_a_nonexistent_place_is_refused(place):
    with pytest.raises(Invalid, match=f"no place {place}"):
        started(place=place)


def test_totals_are_summed_and_ranked():
    practice = finished(started())
    points = [total for _, total in practice.totals]
    assert points == sorted(points, reverse=True)
    assert sum(points) == sum(100 - entry for entry in practice.picks)


def test_it_can_be_restored_from_json():
    practice = with_pick(started(place=1), 4, driver="Norris")
    assert from_json(json.loads(json.dumps(to_json(practice)))) == practice


@pytest.mark.parametrize(
    "change",
    [
        {"race": "5"},
        {"method": "random"},
        {"method": ["snake"]},
        {"picks_each": 0},
        {"picks_each": 6},
        {"order": [1]},
        {"order": [1, 2, 2, 4]},
        {"order": [2, 3, 4, 5]},
        {"order": 7},
        {"order": list(range(1, 12))},
        {"ranking": [[1, "5"]]},
        {"ranking": [[1, "5"], [1, "5"], *RANKING]},
        {"ranking": [[number, "5"] for number in range(1, 100)]},
        {"ranking": [*RANKING, [30, "many"]]},
        {"ranking": [*RANKING, [30, "NaN"]]},
        {"ranking": [*RANKING, [30]]},
        {"picks": [1, 1]},
        {"picks": [99]},
        {"picks": list(range(1, 10))},
        {"picks": None},
    ],
)
def test_inconsistent_data_is_refused(change):
    assert from_json(to_json(replace(started(place=1), picks=())) | change) is None


@pytest.mark.parametrize("raw", [None, "", 7, [], {}, {"race": 1}])
def test_data_of_another_shape_is_refused(raw):
    assert from_json(raw) is None
