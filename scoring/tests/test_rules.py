"""Scoring rules, table-driven: points of a finish under each rule set, and tie-breaks."""

from decimal import Decimal

import pytest

from leagues.rules import CustomPoints, RuleSet
from scoring.rules import (
    Finish,
    Outcome,
    SeasonTotals,
    driver_ranking,
    driver_score,
    is_classified,
    outcome,
    rank_race,
    rank_season,
    took_part,
)

INVERTED = RuleSet()
STANDARD = RuleSet("standard_f1")
WITH_SPRINTS = RuleSet("standard_f1", sprints=True)
OWN = RuleSet(
    "custom",
    custom=CustomPoints(
        places=(Decimal(10), Decimal("7.5")),
        not_classified=Decimal(-2),
        did_not_start=Decimal(-1),
        disqualified=Decimal(-5),
        fastest_lap=Decimal(3),
        pole=Decimal(2),
        places_gained=Decimal("0.5"),
    ),
)
RETIRED = Finish("R", "Retired", grid=5)
DISQUALIFIED = Finish("D", "Disqualified", grid=1, fastest_lap_rank=1)
DID_NOT_START = Finish("W", "Did not start", grid=1)


def place(number: int, **changes) -> Finish:
    return Finish(str(number), "Finished")._replace(**changes)


def explained(rules: RuleSet, race: Finish | None, sprint: Finish | None = None) -> dict[str, Decimal]:
    score = driver_score(rules, race, sprint)
    assert score.points == sum(points for _, points in score.lines)
    return dict(score.lines)


# -- outcomes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("position_text", "status", "expected"),
    [
        ("1", "Finished", Outcome.CLASSIFIED),
        ("15", "Lapped", Outcome.CLASSIFIED),
        ("15", "+1 Lap", Outcome.CLASSIFIED),
        ("17", "Retired", Outcome.CLASSIFIED),
        ("R", "Retired", Outcome.NOT_CLASSIFIED),
        ("R", "Not classified", Outcome.NOT_CLASSIFIED),
        ("N", "Not classified", Outcome.NOT_CLASSIFIED),
        ("R", "Engine", Outcome.NOT_CLASSIFIED),
        ("W", "Did not start", Outcome.DID_NOT_START),
        ("W", "Withdrew", Outcome.DID_NOT_START),
        ("12", "Withdrew", Outcome.DID_NOT_START),
        ("R", "Did not start", Outcome.DID_NOT_START),
        ("17", "Did_not_start", Outcome.DID_NOT_START),
        ("17", " DID  NOT_START ", Outcome.DID_NOT_START),
        ("3", "Dis qualified", Outcome.DISQUALIFIED),
        ("F", "Did_not_qualify", Outcome.DID_NOT_START),
        ("R", "", Outcome.NOT_CLASSIFIED),
        ("5", "", Outcome.CLASSIFIED),
        ("F", "Did not qualify", Outcome.DID_NOT_START),
        ("F", "107% Rule", Outcome.DID_NOT_START),
        ("D", "Disqualified", Outcome.DISQUALIFIED),
        ("4", "Disqualified", Outcome.DISQUALIFIED),
        ("E", "Excluded", Outcome.DISQUALIFIED),
        ("D", "Underweight", Outcome.DISQUALIFIED),
        ("", "", Outcome.NOT_CLASSIFIED),
        ("0", "Finished", Outcome.NOT_CLASSIFIED),
        ("²", "Finished", Outcome.NOT_CLASSIFIED),
    ],
)
def test_it_tells_what_happened_to_a_car(position_text, status, expected):
    finish = Finish(position_text, status)
    assert outcome(finish) is expected
    assert is_classified(finish) is (expected is Outcome.CLASSIFIED)
    assert took_part(finish) is (expected is not Outcome.DID_NOT_START)


@pytest.mark.parametrize(("position_text", "status"), [("W", "Withdrew"), ("17", "Withdrew"), ("W", "Did_not_start")])
def test_who_completed_a_lap_started(position_text, status):
    """Mexico City 2023: Alonso "withdrew" after 47 laps. Turkey 2020: so did Magnussen, with position text 17."""
    assert outcome(Finish(position_text, status, laps=47)) is Outcome.NOT_CLASSIFIED
    for laps in (0, None):
        assert outcome(Finish(position_text, status, laps=laps)) is Outcome.DID_NOT_START


def test_who_withdrew_after_some_laps_scores_as_a_retirement():
    alonso = Finish("W", "Withdrew", grid=13, laps=47)
    assert explained(OWN, alonso) == {"Did not finish": -2}
    assert explained(OWN, alonso._replace(laps=0)) == {"Did not start": -1}


# -- points ----------------------------------------------------------------------------------------------------------


def test_inverted_position_gives_most_to_the_tenth():
    points = [int(driver_score(INVERTED, place(n)).points) for n in range(1, 23)]
    assert points == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1, 1, 1]


def test_standard_f1_gives_the_official_points():
    points = [int(driver_score(STANDARD, place(n)).points) for n in range(1, 13)]
    assert points == [25, 18, 15, 12, 10, 8, 6, 4, 2, 1, 0, 0]


def test_a_sprint_gives_eight_points_down_to_one():
    points = [int(driver_score(WITH_SPRINTS, RETIRED, place(n)).points) for n in range(1, 11)]
    assert points == [8, 7, 6, 5, 4, 3, 2, 1, 0, 0]


@pytest.mark.parametrize("rules", [INVERTED, STANDARD])
@pytest.mark.parametrize("finish", [RETIRED, DISQUALIFIED, DID_NOT_START, None])
def test_an_unclassified_driver_scores_nothing(rules, finish):
    assert driver_score(rules, finish).points == 0


def test_a_retired_but_classified_car_scores_for_its_position():
    assert explained(INVERTED, Finish("17", "Retired")) == {"17th place": 3}


def test_a_sprint_counts_only_if_the_league_counts_sprints():
    assert explained(STANDARD, place(2), place(1)) == {"2nd place": 18}


@pytest.mark.parametrize("kind", ["inverted_position", "standard_f1", "custom"])
def test_a_sprint_adds_the_same_points_under_every_rule_set(kind):
    with_sprint = explained(RuleSet(kind, sprints=True), place(10), place(1))
    assert with_sprint["Sprint, 1st place"] == 8


def test_a_sprint_without_points_is_explained_too():
    assert explained(WITH_SPRINTS, place(1), RETIRED) == {"1st place": 25, "Sprint, did not finish": 0}


def test_a_driver_who_raced_in_the_sprint_only_scores_for_the_sprint():
    assert explained(WITH_SPRINTS, None, place(3)) == {"Did not take part": 0, "Sprint, 3rd place": 6}


@pytest.mark.parametrize(
    ("rules", "finish", "extra"),
    [
        (STANDARD, place(10, fastest_lap_rank=1), 0),
        (RuleSet("standard_f1", fastest_lap_point=True), place(10, fastest_lap_rank=1), 1),
        (RuleSet("standard_f1", fastest_lap_point=True), place(10, fastest_lap_rank=2), 0),
        (RuleSet("standard_f1", fastest_lap_point=True), place(11, fastest_lap_rank=1), 0),
        (RuleSet("standard_f1", fastest_lap_point=True), RETIRED._replace(fastest_lap_rank=1), 0),
        (RuleSet("inverted_position", fastest_lap_point=True), place(10, fastest_lap_rank=1), 0),
    ],
)
def test_the_fastest_lap_counts_in_the_top_ten_if_the_rules_say_so(rules, finish, extra):
    plain = driver_score(rules, finish._replace(fastest_lap_rank=None)).points
    assert driver_score(rules, finish).points - plain == extra


@pytest.mark.parametrize(
    ("finish", "lines"),
    [
        (place(2), {"2nd place": Decimal("7.5")}),
        (place(3), {"3rd place": 0}),
        (place(1, grid=1), {"1st place": 10, "Pole position": 2}),
        (place(1, grid=11, has_pole=True), {"1st place": 10, "Pole position": 2, "10 places gained": 5}),
        (place(1, grid=1, has_pole=False), {"1st place": 10}),
        (place(3, grid=4), {"3rd place": 0, "1 place gained": Decimal("0.5")}),
        (place(2, grid=9, fastest_lap_rank=1), {"2nd place": Decimal("7.5"), "Fastest lap": 3, "7 places gained": 3.5}),
        (place(9, grid=2), {"9th place": 0}),
        (place(2, grid=0), {"2nd place": Decimal("7.5")}),
        (place(2, grid=None), {"2nd place": Decimal("7.5")}),
        (RETIRED, {"Did not finish": -2}),
        (RETIRED._replace(fastest_lap_rank=1), {"Did not finish": -2, "Fastest lap": 3}),
        (DID_NOT_START, {"Did not start": -1, "Pole position": 2}),
        (DISQUALIFIED, {"Disqualified": -5}),
        (None, {"Did not take part": 0}),
    ],
)
def test_custom_points_are_added_up_line_by_line(finish, lines):
    assert explained(OWN, finish) == lines


def test_custom_points_without_values_count_only_the_position():
    assert explained(RuleSet("custom"), place(1, grid=1, fastest_lap_rank=1)) == {"1st place": 0}


def test_an_unknown_scoring_raises():
    with pytest.raises(ValueError, match="golden_goal"):
        driver_score(RuleSet("golden_goal"), place(1))


def test_points_are_decimals_and_never_floats():
    for rules in (INVERTED, WITH_SPRINTS, OWN):
        score = driver_score(rules, place(2, grid=5), place(2))
        assert all(type(points) is Decimal for points in (score.points, *(line.points for line in score.lines)))


# -- ties ------------------------------------------------------------------------------------------------------------


def line(constructor: int, points: int = 100, places=(), best_race: int = 0, autopicks: int = 0) -> SeasonTotals:
    return SeasonTotals(constructor, Decimal(points), tuple(places), Decimal(best_race), autopicks)


def ranks(*lines: SeasonTotals) -> list[tuple[int, int]]:
    return [(rank, totals.constructor) for rank, totals in rank_season(lines)]


@pytest.mark.parametrize(
    ("behind", "ahead"),
    [
        (line(1, points=99, places=[1, 1]), line(2, points=100)),
        (line(1, places=[2, 2, 2]), line(2, places=[1, 9, 9])),
        (line(1, places=[1, 3, 3]), line(2, places=[1, 2, 9])),
        (line(1, places=[1, 2]), line(2, places=[1, 2, 7])),
        (line(1, places=[1, 2], best_race=17), line(2, places=[2, 1], best_race=18)),
        (line(1, best_race=18, autopicks=3), line(2, best_race=18, autopicks=2)),
    ],
)
def test_a_tie_is_broken_by_wins_places_best_race_and_autopicks(behind, ahead):
    assert ranks(behind, ahead) == ranks(ahead, behind) == [(1, 2), (2, 1)]


def test_complete_ties_share_a_rank_and_skip_the_next():
    assert ranks(line(1, 50), line(2, places=[1]), line(3, places=[1])) == [(1, 2), (1, 3), (3, 1)]


def test_in_a_season_without_races_everyone_is_first():
    assert ranks(line(1, 0), line(2, 0)) == [(1, 1), (1, 2)]
    assert ranks() == []


def test_a_race_is_decided_by_the_best_single_driver():
    lines = {1: (Decimal(12), Decimal(8)), 2: (Decimal(12), Decimal(9)), 3: (Decimal(15), Decimal(8))}
    assert rank_race(lines) == {3: 1, 2: 2, 1: 3}


def test_drivers_with_equal_points_share_a_rank_and_keep_their_order():
    ranking = driver_ranking({7: Decimal(0), 5: Decimal(51), 6: Decimal(51), 1: Decimal(423)})
    assert [(rank, driver, int(points)) for rank, driver, points in ranking] == [
        (1, 1, 423),
        (2, 5, 51),
        (2, 6, 51),
        (4, 7, 0),
    ]
