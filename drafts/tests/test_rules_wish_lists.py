"""Wish lists and autopicks for absent players, as tables and as properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafts.rules import Wish, choose_autopick, preview_autopicks

# Drivers 1 to 6: two of team 10, two of team 20, one of team 30, and one whose team is unknown.
FREE = {1: 10, 2: 10, 3: 20, 4: 20, 5: 30, 6: None}
RANKING = [4, 1, 3, 2, 5]
LIST_OF_TWO = [Wish(5), Wish(3)]


def chosen(*wishes, free=FREE, team=None, never=(), autopicks=True):
    return choose_autopick(
        wishes=wishes,
        do_not_draft=never,
        ranking=RANKING,
        free=free,
        first_pick_team=team,
        autopicks=autopicks,
    )


def without(*drivers):
    return {driver: team for driver, team in FREE.items() if driver not in drivers}


def foreseen(*wishes, picks_left=2, picked_teams=(), free=FREE, never=(), autopicks=True):
    return preview_autopicks(
        wishes=wishes,
        do_not_draft=never,
        ranking=RANKING,
        free=free,
        picked_teams=picked_teams,
        picks_left=picks_left,
        autopicks=autopicks,
    )


def test_the_first_wish_that_is_free_is_chosen():
    assert chosen(*LIST_OF_TWO) == 5
    assert chosen(*LIST_OF_TWO, free=without(5)) == 3


def test_after_the_wishes_comes_the_ranking_and_then_any_driver():
    assert chosen(*LIST_OF_TWO, free=without(3, 5)) == 4
    assert chosen() == 4
    assert chosen(free={6: None, 7: None}) == 6


def test_nobody_is_chosen_when_nobody_is_free():
    assert chosen(*LIST_OF_TWO, free={}) is None


def test_without_autopicks_only_wishes_are_picked():
    assert chosen(*LIST_OF_TWO, autopicks=False) == 5
    assert chosen(*LIST_OF_TWO, free=without(3, 5), autopicks=False) is None
    assert chosen(Wish(2, not_with_first_team=True), team=10, autopicks=False) is None


@pytest.mark.parametrize(
    ("team", "driver"),
    [(None, 2), (20, 2), (10, 5)],
    ids=["before the first pick", "another team", "the same team"],
)
def test_a_wish_not_with_the_first_picks_team_is_skipped_for_that_team_alone(team, driver):
    assert chosen(Wish(2, not_with_first_team=True), Wish(5), team=team) == driver


def test_a_driver_of_no_known_team_is_never_a_team_mate():
    assert chosen(Wish(6, not_with_first_team=True), team=10) == 6


def test_the_ranking_skips_drivers_whom_a_condition_forbids():
    assert chosen(Wish(4, not_with_first_team=True), team=20) == 1


def test_a_do_not_draft_driver_is_skipped_even_if_on_the_wish_list():
    assert chosen(never={4, 1}) == 3
    assert chosen(Wish(4), Wish(5), never={4}) == 5


def test_an_unwanted_driver_is_chosen_only_when_nobody_else_is_free():
    assert chosen(free={4: 20, 6: None}, never={4}) == 6
    assert chosen(free={4: 20, 1: 10}, never={4, 1}) == 4
    assert chosen(Wish(4, not_with_first_team=True), free={4: 20}, team=20) == 4


def test_without_autopicks_an_unwanted_driver_is_never_chosen():
    assert chosen(Wish(4), free={4: 20}, never={4}, autopicks=False) is None


def test_a_preview_foresees_every_pick_that_is_left():
    assert foreseen(Wish(5), Wish(3), Wish(1)) == [5, 3]
    assert foreseen(Wish(5), picks_left=3) == [5, 4, 1]
    assert foreseen(Wish(5), autopicks=False) == [5, None]
    assert foreseen(picks_left=0) == []


def test_a_preview_applies_the_condition_to_the_first_pick_it_foresees():
    assert foreseen(Wish(1), Wish(2, not_with_first_team=True), Wish(5)) == [1, 5]


def test_a_preview_applies_the_condition_to_the_first_pick_that_was_made():
    wishes = [Wish(3), Wish(2, not_with_first_team=True), Wish(5)]
    assert foreseen(*wishes, picked_teams=[10]) == [3, 5]
    assert foreseen(*wishes, picked_teams=[None]) == [3, 2]


drivers = st.integers(1, 12)
wish_lists = st.lists(st.builds(Wish, drivers, st.booleans()), unique_by=lambda wish: wish.driver)
free_drivers = st.dictionaries(drivers, st.one_of(st.none(), st.integers(1, 4)))
lists = {
    "wishes": wish_lists,
    "do_not_draft": st.sets(drivers),
    "ranking": st.lists(drivers, unique=True),
    "free": free_drivers,
}


@given(st.fixed_dictionaries(lists), st.one_of(st.none(), st.integers(1, 4)))
def test_with_autopicks_somebody_is_chosen_as_long_as_somebody_is_free(given_lists, team):
    driver = choose_autopick(**given_lists, first_pick_team=team, autopicks=True)
    assert driver in given_lists["free"] if given_lists["free"] else driver is None


@given(st.fixed_dictionaries(lists), st.one_of(st.none(), st.integers(1, 4)))
def test_unwanted_drivers_are_chosen_only_after_all_others(given_lists, team):
    free, never = given_lists["free"], given_lists["do_not_draft"]
    driver = choose_autopick(**given_lists, first_pick_team=team, autopicks=True)
    forbidden = {wish.driver for wish in given_lists["wishes"] if wish.not_with_first_team and team is not None}
    assert driver not in never or all(other in never | forbidden for other in free)


@given(st.fixed_dictionaries(lists), st.lists(st.integers(1, 4), max_size=2), st.booleans())
def test_a_preview_equals_repeated_choices(given_lists, picked_teams, autopicks):
    seen = preview_autopicks(**given_lists, picked_teams=picked_teams, picks_left=3, autopicks=autopicks)
    teams, left = list(picked_teams), dict(given_lists["free"])
    for driver in seen:
        rest = given_lists | {"free": left}
        assert driver == choose_autopick(**rest, first_pick_team=teams[0] if teams else None, autopicks=autopicks)
        teams += [left.pop(driver)] if driver is not None else []
