"""Which revision was the latest at a point in time."""

from datetime import timedelta

import pytest

from races.models import Classification, Race
from races.selectors import classification_as_of, latest_classifications
from tests.support.factories import SeasonFactory, grid, results_for, weekend

RACE, SPRINT = Classification.Kind.RACE, Classification.Kind.SPRINT
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def race(db) -> Race:
    race = weekend(SeasonFactory.create(grid_size=20))
    grid(race, teams=10)
    return race


@pytest.fixture
def revisions(race) -> list[Classification]:
    """Recorded a day and three hours after the start, then corrected on the two following days."""
    start = race.expected_start
    return [
        results_for(race, [f"driver_{number}"], recorded_at=start + 3 * HOUR + number * DAY) for number in range(1, 4)
    ]


def test_the_revision_is_the_latest_at_that_moment(race, revisions):
    for revision in revisions:
        assert classification_as_of(race, RACE, revision.recorded_at) == revision
        assert classification_as_of(race, RACE, revision.recorded_at + DAY - HOUR) == revision
    assert classification_as_of(race, RACE, race.expected_start) is None
    assert classification_as_of(race, SPRINT, race.expected_start + 9 * DAY) is None


def test_revisions_of_a_whole_season_are_the_latest_at_that_moment(race, revisions):
    at = revisions[1].recorded_at
    second = weekend(race.season, round=2)
    grid(second, teams=10)
    results_for(second)
    assert latest_classifications(race.season, at=at) == [revisions[1]]
    assert [classification.race for classification in latest_classifications(race.season)] == [race, second]


def test_a_season_takes_two_queries(race, revisions, django_assert_num_queries):
    with django_assert_num_queries(2):
        [classification] = latest_classifications(race.season, at=revisions[1].recorded_at)
        assert classification.results.all()[0].driver.ref == "driver_2"
