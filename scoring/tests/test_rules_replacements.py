"""Rules of replacement drivers: real moves, edge cases, and properties that hold for every grid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import Seat, find_replacements

RED_BULL, RACING_BULLS, ALPINE, HAAS = 1, 2, 3, 4
HADJAR, LAWSON, TSUNODA, VERSTAPPEN, LINDBLAD, DOOHAN, COLAPINTO, GASLY = 6, 30, 22, 1, 41, 7, 43, 10


def seats(team: int | None, *numbers: int) -> dict[int, Seat]:
    """Seats of a team. In these tests a driver's id equals the car number."""
    return {number: Seat(team, number) for number in numbers}


# -- real moves ------------------------------------------------------------------------------------------------------


def test_zandvoort_2026_the_first_scores_with_the_third_and_the_second_with_themselves():
    line_up = seats(RED_BULL, VERSTAPPEN, HADJAR) | seats(RACING_BULLS, LAWSON, LINDBLAD)
    drove = seats(RED_BULL, VERSTAPPEN, LAWSON) | seats(RACING_BULLS, TSUNODA, LINDBLAD)
    assert find_replacements(line_up, drove) == {HADJAR: TSUNODA}


def test_suzuka_2025_two_drivers_who_swap_teams_score_for_themselves():
    line_up = seats(RED_BULL, LAWSON, VERSTAPPEN) | seats(RACING_BULLS, TSUNODA, HADJAR)
    drove = seats(RED_BULL, TSUNODA, VERSTAPPEN) | seats(RACING_BULLS, LAWSON, HADJAR)
    assert find_replacements(line_up, drove) == {}


def test_imola_2025_a_newcomer_scores_for_the_driver_they_replaced():
    assert find_replacements(seats(ALPINE, DOOHAN, GASLY), seats(ALPINE, COLAPINTO, GASLY)) == {DOOHAN: COLAPINTO}


def test_barcelona_2025_nobody_scores_for_a_driver_whose_car_stays_in_the_garage():
    assert find_replacements(seats(ALPINE, DOOHAN, GASLY), seats(ALPINE, GASLY)) == {DOOHAN: None}


# -- awkward moves ---------------------------------------------------------------------------------------------------


def test_a_chain_ends_with_nobody_if_the_last_seat_stays_empty():
    drove = seats(RED_BULL, LAWSON)
    assert find_replacements(seats(RED_BULL, HADJAR) | seats(RACING_BULLS, LAWSON), drove) == {HADJAR: None}


def test_a_chain_can_span_several_teams():
    line_up = seats(RED_BULL, 1) | seats(RACING_BULLS, 2) | seats(ALPINE, 3) | seats(HAAS, 4)
    drove = seats(RED_BULL, 2) | seats(RACING_BULLS, 3) | seats(ALPINE, 4) | seats(HAAS, 50)
    assert find_replacements(line_up, drove) == {1: 50}


def test_two_changes_in_one_team_are_paired_in_the_order_of_their_numbers():
    assert find_replacements(seats(ALPINE, 10, 7), seats(ALPINE, 61, 43)) == {7: 43, 10: 61}


def test_an_equal_number_takes_precedence_over_the_order():
    drove = {100: Seat(ALPINE, 10), 101: Seat(ALPINE, 99)}
    assert find_replacements(seats(ALPINE, 7, 10), drove) == {10: 100, 7: 101}


def test_the_lower_of_two_missing_numbers_gets_the_only_newcomer():
    assert find_replacements(seats(ALPINE, 10, 7), seats(ALPINE, 61)) == {7: 61, 10: None}


def test_unknown_numbers_come_last_and_are_not_equal_to_each_other():
    line_up = {1: Seat(ALPINE, None), 2: Seat(ALPINE, 20)}
    assert find_replacements(line_up, {8: Seat(ALPINE, None)}) == {1: None, 2: 8}


@pytest.mark.parametrize("rows", [(4, 3), (3, 4)])
def test_without_numbers_the_pairing_is_still_deterministic(rows):
    assert find_replacements({driver: Seat(ALPINE, None) for driver in rows}, seats(ALPINE, 43)) == {3: 43, 4: None}


def test_a_manual_replacement_takes_precedence_over_numbers():
    line_up, drove = seats(ALPINE, 7, 10), seats(ALPINE, 43, 61)
    assert find_replacements(line_up, drove, {7: 61}) == {7: 61, 10: 43}


def test_a_manual_replacement_can_pair_drivers_of_unrelated_teams():
    line_up, drove = seats(ALPINE, 7) | seats(None, 5), seats(HAAS, 50)
    assert find_replacements(line_up, drove, {5: 50}) == {7: None, 5: 50}


@pytest.mark.parametrize("replacements", [{10: 43}, {7: 10}, {7: 99}, {99: 43}])
def test_manual_replacements_for_drivers_who_did_not_change_are_ignored(replacements):
    assert find_replacements(seats(ALPINE, 7, 10), seats(ALPINE, 43, 10), replacements) == {7: 43}


def test_of_two_manual_replacements_for_one_newcomer_only_one_counts():
    assert find_replacements(seats(ALPINE, 7, 10), seats(ALPINE, 43), {7: 43, 10: 43}) == {7: 43, 10: None}


def test_a_driver_of_an_unknown_team_is_not_replaced_and_replaces_nobody():
    line_up = seats(None, 5, 6) | seats(ALPINE, 7)
    assert find_replacements(line_up, seats(ALPINE, 6, 43)) == {5: None, 7: 43}


def test_manual_replacements_for_a_driver_of_an_unknown_team_who_raced_are_ignored():
    assert find_replacements(seats(None, 6) | seats(ALPINE, 7), seats(ALPINE, 6, 43), {6: 43}) == {7: 43}


# -- every grid ------------------------------------------------------------------------------------------------------

drivers = st.integers(1, 14)
teams = st.none() | st.integers(1, 4)
grids = st.dictionaries(drivers, st.builds(Seat, teams, st.none() | st.integers(1, 9)), max_size=12)
replacements = st.dictionaries(drivers, drivers, max_size=4)


@given(grids, grids, replacements)
def test_exactly_the_missing_drivers_have_an_entry(line_up, drove, replacements):
    assert find_replacements(line_up, drove, replacements).keys() == line_up.keys() - drove.keys()


@given(grids, grids, replacements)
def test_no_two_picks_score_with_the_same_driver(line_up, drove, replacements):
    answer = find_replacements(line_up, drove, replacements)
    scoring = [driver for driver in line_up if driver in drove]
    scoring += [driver for driver in answer.values() if driver is not None]
    assert len(scoring) == len(set(scoring))


@given(grids, grids, replacements)
def test_only_newcomers_who_drove_score_for_others(line_up, drove, replacements):
    answer = find_replacements(line_up, drove, replacements)
    assert {driver for driver in answer.values() if driver is not None} <= drove.keys() - line_up.keys()


@given(grids, grids, replacements, st.randoms())
def test_replacements_do_not_depend_on_the_order_of_the_rows(line_up, drove, replacements, shuffler):
    def shuffled(rows):
        items = list(rows.items())
        shuffler.shuffle(items)
        return dict(items)

    again = find_replacements(shuffled(line_up), shuffled(drove), shuffled(replacements))
    assert again == find_replacements(line_up, drove, replacements)


@given(st.permutations(range(1, 9)), st.permutations(range(1, 9)))
def test_on_a_full_grid_every_missing_driver_has_a_replacement(before, after):
    """Eight cars, two per team. In the second race drivers 7 and 8 are newcomers, whatever the seats."""
    names = {7: 107, 8: 108}
    line_up = {driver: Seat(place // 2, driver) for place, driver in enumerate(before)}
    drove = {names.get(driver, driver): Seat(place // 2, driver + 20) for place, driver in enumerate(after)}
    answer = find_replacements(line_up, drove)
    assert len(answer) == 2
    assert set(answer.values()) == {107, 108}
