"""The course of a season, with every number computed by hand: places after each race, movement, picks, steals."""

from datetime import timedelta
from decimal import Decimal

import pytest

from drafts.models import Draft
from drafts.services import schedule_drafts
from leagues.services import leave_league
from races.models import Race
from scoring.leaderboards import leaderboard, season_progress
from scoring.models import SeasonScore
from scoring.season_progress import average_pick_points, load_season_progress, points_by_pick_number
from scoring.services import score_race
from tests.support.cast import OVER_AT
from tests.support.factories import UserFactory, grid, results_for
from tests.support.stories import filled, joined, opened, scored

pytestmark = pytest.mark.django_db

BY_NUMBER = [f"driver_{number}" for number in range(1, 23)]


@pytest.fixture
def first(league, alices, bobs) -> Draft:
    """Alice has drivers 1 and 11 (1 + 9 = 10 points), Bob 10 and 8 (10 + 8 = 18). They finish by number."""
    picks = ["driver_1", "driver_10", "driver_11", "driver_8"]
    return scored(filled(opened(league, [alices, bobs]), picks), BY_NUMBER)


@pytest.fixture
def doras(first, league):
    return joined(league, UserFactory.create(username="dora"), at=OVER_AT)


@pytest.fixture
def second(first, league, alices, bobs, doras) -> Draft:
    """Alice has 10 and 9 (10 + 9 = 19 points), Bob 1 and 2 (3), Dora 3 and 4 (7)."""
    grid(league.season.races.get(round=2))
    schedule_drafts(now=OVER_AT)
    picks = ["driver_10", "driver_1", "driver_3", "driver_9", "driver_2", "driver_4"]
    return scored(filled(opened(league, [alices, bobs, doras]), picks), BY_NUMBER)


def after_each_race(progress):
    return [{pk: (place.rank, int(place.points)) for pk, place in places.items()} for places in progress.places]


def test_before_the_first_race_there_is_nothing(league):
    progress = load_season_progress(league)
    assert (progress.races, progress.places, progress.last, progress.last_night.cars) == ([], [], None, [])
    assert progress.gain(1) is None


def test_places_and_points_after_each_race(second, league, alices, bobs, doras):
    progress = load_season_progress(league)
    assert after_each_race(progress) == [
        {bobs.pk: (1, 18), alices.pk: (2, 10)},
        {alices.pk: (1, 29), bobs.pk: (2, 21), doras.pk: (3, 7)},
    ]
    assert [progress.gain(pk) for pk in (alices.pk, bobs.pk, doras.pk)] == [1, -1, None]


def test_the_last_places_are_those_of_the_standings(second, league):
    last = load_season_progress(league).places[-1]
    stored = SeasonScore.objects.filter(league=league).values_list("constructor", "rank", "points")
    assert {pk: (place.rank, place.points) for pk, place in last.items()} == {
        pk: (rank, points) for pk, rank, points in stored
    }


def test_a_correction_changes_earlier_places(second, league, first, alices, bobs):
    results_for(first.race, ["driver_10", "driver_8", *BY_NUMBER])  # Bob's drivers first and second: 3 points
    score_race(race=Race.objects.get(pk=first.race_id), now=OVER_AT + timedelta(days=8))
    assert after_each_race(season_progress(league))[0][bobs.pk] == (2, 3)


def test_a_void_draft_does_not_count(second, league):
    Draft.objects.filter(pk=second.pk).update(state=Draft.State.VOID)
    assert len(load_season_progress(league).races) == 1


def test_those_who_have_left_keep_their_line(second, league, bob, bobs):
    leave_league(user=bob, league=league, now=second.race.expected_start + timedelta(days=1))
    assert bobs.pk in season_progress(league).places[-1]
    assert bobs.pk in {row["constructor_id"] for row in leaderboard(league)}


def test_the_cars_of_the_last_race_with_their_picks(second, league, alices):
    cars = load_season_progress(league).last_night.cars
    assert [car.position_text for car in cars] == [str(place) for place in range(1, 23)]
    held = [(car.driver, car.pick.constructor_id, car.pick.number, car.pick.points) for car in cars if car.pick]
    assert len(held) == 6
    assert held[-1] == ("Driver 10", alices.pk, 1, Decimal(10))


def test_the_steal_is_a_late_pick_with_many_points(second, league):
    found = load_season_progress(league).last_night.steal
    assert found is not None
    steal, car = found
    # Driver 9 was pick 4 and had the second most points; driver 4, pick 6, had the third most.
    assert (car.driver, steal.number, steal.worth, steal.points) == ("Driver 4", 6, 3, Decimal(4))


def test_average_points_by_pick_number_and_by_draft(first, second, league):
    numbers = [(line.number, line.average, line.picks) for line in points_by_pick_number(league)]
    assert numbers[0] == (1, Decimal("5.5"), 2)
    assert numbers[-1] == (6, Decimal(4), 1)
    averages = average_pick_points([first.pk, second.pk])
    assert averages[first.pk] == 7
    assert averages[second.pk].quantize(Decimal("0.01")) == Decimal("4.83")


def test_it_takes_two_queries_however_many_races(second, league, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert len(load_season_progress(league).races) == 2
