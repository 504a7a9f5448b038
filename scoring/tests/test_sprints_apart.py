"""Sprint and race are settled apart: who scores for a pick in each of them, by the rules and in the database."""

import pytest

from leagues.rules import RuleSet
from leagues.services import change_settings
from races.models import Result
from scoring.models import PickScore
from scoring.rules import Finish, SessionResult, draft_scores, points_by_driver
from scoring.services import score_race, verify_scores
from tests.support.cast import FOUNDED_AT, OVER_AT
from tests.support.factories import DriverFactory, EntryFactory, TeamFactory, results_for
from tests.support.stories import filled, fresh, locked, opened

RULES = RuleSet("standard_f1", sprints=True)
PICKED, RACE_REPLACEMENT, SPRINT_REPLACEMENT = 6, 22, 23


def scored(held, *, race=(), sprint=(), race_replacements=None, sprint_replacements=None):
    """The points of the picked driver by the places of the drivers in race and sprint, and who scored in the race."""
    sheet = points_by_driver(
        RULES,
        SessionResult({driver: Finish(str(place), "Finished") for driver, place in race}, race_replacements or {}),
        SessionResult({driver: Finish(str(place), "Finished") for driver, place in sprint}, sprint_replacements or {}),
    )
    scorer, score = draft_scores(held, sheet)[PICKED]
    return scorer, int(score.points), [label for label, _ in score.lines]


def test_a_driver_who_raced_only_the_sprint_scores_it_for_the_holder():
    """2023, round 17: Sainz raced the sprint and did not start the race. Here a substitute drives the race."""
    assert scored(
        [PICKED], race=[(RACE_REPLACEMENT, 9)], sprint=[(PICKED, 6)], race_replacements={PICKED: RACE_REPLACEMENT}
    ) == (RACE_REPLACEMENT, 2 + 3, ["9th place", "Sprint of the driver picked, 6th place"])


def test_who_missed_only_the_sprint_scores_the_race_and_the_sprint_of_the_replacement():
    assert scored(
        [PICKED], race=[(PICKED, 9)], sprint=[(SPRINT_REPLACEMENT, 6)],
        sprint_replacements={PICKED: SPRINT_REPLACEMENT},
    ) == (PICKED, 2 + 3, ["9th place", "Sprint of the replacement, 6th place"])  # fmt: skip


def test_one_replacement_for_the_whole_weekend_scores_both():
    both = {PICKED: RACE_REPLACEMENT}
    assert scored(
        [PICKED], race=[(RACE_REPLACEMENT, 9)], sprint=[(RACE_REPLACEMENT, 6)],
        race_replacements=both, sprint_replacements=both,
    ) == (RACE_REPLACEMENT, 2 + 3, ["9th place", "Sprint, 6th place"])  # fmt: skip


def test_nobody_came_in_for_the_race_and_the_sprint_stays():
    expected = (None, 3, ["Did not take part", "Sprint, 6th place"])
    assert scored([PICKED], sprint=[(PICKED, 6)], race_replacements={PICKED: None}) == expected


@pytest.mark.parametrize(
    ("held", "points"), [((), 5), ((RACE_REPLACEMENT,), 3), ((SPRINT_REPLACEMENT,), 2), ((22, 23), 0)]
)
def test_a_replacement_who_is_held_scores_only_there(held, points):
    assert scored(
        [PICKED, *held], race=[(RACE_REPLACEMENT, 9)], sprint=[(SPRINT_REPLACEMENT, 6)],
        race_replacements={PICKED: RACE_REPLACEMENT}, sprint_replacements={PICKED: SPRINT_REPLACEMENT},
    )[1] == points  # fmt: skip


def test_a_sprint_that_does_not_count_has_no_replacements():
    sheet = points_by_driver(RuleSet(), SessionResult({PICKED: Finish("9", "Finished")}, {}), SessionResult({}, {}))
    assert (sheet[PICKED].sprint_scorer, sheet[PICKED].score) == (None, sheet[PICKED].if_held)


# -- in the database ---------------------------------------------------------------------------------------------------


@pytest.fixture
def draft(league, alice, alices, bobs):
    """A draft with sprints: Alice holds drivers 1 and 3, Bob 2 and `extra`, who may be a replacement."""
    change_settings(league=league, by=alice, changes={"scoring": "standard_f1", "sprints": True}, now=FOUNDED_AT)
    return opened(league, [alices, bobs])


def enter(draft, ref, number):
    EntryFactory.create(
        race=draft.race, driver=DriverFactory.create(ref=ref), team=TeamFactory.create(ref="team_1"), number=number
    )


def drove(draft, kind, first, *, missing):
    classification = results_for(draft.race, [first], kind=kind)
    Result.objects.filter(classification=classification, driver__ref__in=missing).delete()


@pytest.mark.parametrize(
    ("fourth", "points", "scorer"),
    [
        ("driver_4", 25 + 8, "driver_34"),
        ("driver_34", 8, None),
        ("driver_35", 25, "driver_34"),
    ],
)
def test_two_drivers_replace_one_in_race_and_sprint(draft, fourth, points, scorer):
    enter(draft, "driver_34", 34)
    enter(draft, "driver_35", 35)
    filled(draft, ["driver_1", "driver_2", "driver_3", fourth])
    locked(draft)
    drove(draft, "sprint", "driver_35", missing=["driver_1", "driver_34"])
    drove(draft, "race", "driver_34", missing=["driver_1", "driver_35"])
    score_race(race=fresh(draft).race, now=OVER_AT)
    score = PickScore.objects.get(pick__draft=draft, pick__entry__driver__ref="driver_1")
    assert (score.points, score.driver and score.driver.ref) == (points, scorer)
    assert list(verify_scores(now=OVER_AT)) == []
