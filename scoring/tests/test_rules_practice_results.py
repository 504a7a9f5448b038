"""Results of practice races: the real Abu Dhabi Grand Prix of 2025, and properties of any race."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from leagues.rules import RuleSet
from scoring.rules import Finish, HeldDriver, PracticeResult, SessionResult, points_by_driver

# Abu Dhabi 2025 by car number, from first to last place.
ABU_DHABI = [1, 81, 4, 16, 63, 14, 31, 44, 27, 18, 5, 87, 55, 22, 12, 23, 6, 30, 10, 43]
HULKENBERG, STROLL, BORTOLETO, HAMILTON, VERSTAPPEN, NORRIS = 27, 18, 5, 44, 1, 4


def result_of(*drivers, order=(1, 2), rules=None):
    """A draft in which the constructors of `order` took these drivers in turn, round after round."""
    race = SessionResult({driver: Finish(str(place), "Finished") for place, driver in enumerate(ABU_DHABI, 1)}, {})
    points = points_by_driver(rules or RuleSet(), race, SessionResult({}, {}))
    held = [HeldDriver(driver, order[number % len(order)]) for number, driver in enumerate(drivers)]
    return PracticeResult.of(held, points)


def test_abu_dhabi_is_scored_by_the_rules():
    result = result_of(VERSTAPPEN, HULKENBERG, NORRIS, STROLL)
    assert {pk: (line.points, line.rank) for pk, line in result.standings.items()} == {2: (19, 1), 1: (4, 2)}
    official = result_of(VERSTAPPEN, HULKENBERG, NORRIS, STROLL, rules=RuleSet("standard_f1"))
    assert [int(official.standings[pk].points) for pk in (1, 2)] == [40, 3]


def test_the_best_pick_and_the_steal():
    result = result_of(VERSTAPPEN, NORRIS, HULKENBERG, STROLL)
    assert (result.best_pick.driver, result.best_pick.score.points) == (STROLL, 10)
    assert result.steal is not None
    assert (result.steal.pick.driver, result.steal.pick.number, result.steal.rank) == (STROLL, 4, 1)


def test_without_a_late_pick_that_scores_there_is_no_steal():
    assert result_of(STROLL, HULKENBERG, NORRIS, VERSTAPPEN).steal is None


def test_one_other_pick_and_the_best_possible():
    result = result_of(VERSTAPPEN, HULKENBERG, NORRIS, HAMILTON)
    free = [STROLL, BORTOLETO, 43]
    swap = result.best_swap(1, free)
    assert swap is not None
    assert (swap.out.driver, swap.driver, swap.standing.points, swap.standing.rank) == (VERSTAPPEN, STROLL, 13, 2)
    best = result.best_possible(1, free)
    assert (set(best.drivers), best.standing.points, best.standing.rank) == ({STROLL, BORTOLETO}, 19, 1)


def test_nobody_better_was_left():
    result = result_of(STROLL, VERSTAPPEN)
    assert result.best_swap(1, [NORRIS, 43]) is None
    assert result.best_possible(1, [NORRIS, 43]).drivers == (STROLL,)


@given(
    st.permutations(ABU_DHABI),
    st.integers(1, 5),
    st.integers(2, 4),
    st.sampled_from(["inverted_position", "standard_f1"]),
)
def test_the_steps_end_with_the_result(drivers, each, players, kind):
    order = tuple(range(1, players + 1))
    result = result_of(*drivers[: each * players], order=order, rules=RuleSet(kind))
    steps = list(result.steps())
    told = [pick for step in steps for pick in step.picks]
    assert len(steps) <= 4
    assert sorted(told) == sorted(result.picks)
    assert [pick.score.points for pick in told] == sorted(pick.score.points for pick in told)
    assert {pk: points for _, pk, points in steps[-1].ranking} == {
        pk: standing.points for pk, standing in result.standings.items()
    }


@given(st.permutations(ABU_DHABI), st.integers(1, 5))
def test_the_best_possible_is_never_beaten_by_one_other_pick(drivers, each):
    result, free = result_of(*drivers[: 2 * each]), drivers[2 * each :]
    own, best = result.standings[1].points, result.best_possible(1, free).standing.points
    swap = result.best_swap(1, free)
    assert own <= (swap.standing.points if swap else own) <= best
    assert sum((pick.score.points for pick in result.picks_of(1)), Decimal(0)) == own
