"""The public API of seasons, races, results and drivers."""

from datetime import timedelta

import pytest

from races.models import Race, Season
from tests.support.cast import DRAFTING_AT, OVER_AT
from tests.support.factories import STARTS_AT, SeasonFactory, grid, results_for, weekend

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_race_week(at):
    at(DRAFTING_AT)


def items(response):
    assert response.status_code == 200, response.json()
    return response.json()["items"]


def test_seasons_come_latest_first_and_without_demonstrations(api, season):
    SeasonFactory.create(year=2024, grid_size=20)
    SeasonFactory.create(year=2025, is_demonstration=True)
    assert items(api().get("/api/v1/seasons")) == [{"year": 2025, "grid_size": 22}, {"year": 2024, "grid_size": 20}]


def test_the_calendar_has_every_session_in_utc(api, season):
    first = items(api().get("/api/v1/races"))[0]
    assert first["name"] == "Grand Prix 1"
    assert first["starts_at"] == "2025-03-16T04:00:00Z"
    assert first["sessions"][-1] == {"kind": "qualifying", "date": "2025-03-15", "starts_at": "2025-03-15T05:00:00Z"}


def test_the_calendar_is_that_of_the_requested_season(api, season):
    weekend(SeasonFactory.create(year=2024), 1, STARTS_AT - timedelta(days=365), name="Last Year's Prize")
    assert [race["name"] for race in items(api().get("/api/v1/races?season=2024"))] == ["Last Year's Prize"]
    assert len(items(api().get("/api/v1/races?season=2025"))) == 3


@pytest.mark.parametrize("path", ["races", "drivers", "drivers/driver_1"])
@pytest.mark.parametrize(
    ("season_asked", "status"), [("1949", 404), ("-1", 404), (str(10**30), 404), ("x", 400), ("%00", 400), ("1e3", 400)]
)
def test_an_unknown_season_is_not_found_and_an_invalid_one_refused(api, season, path, season_asked, status):
    assert api().get(f"/api/v1/{path}?season={season_asked}").status_code == status


@pytest.mark.parametrize("path", ["races", "races/next", "drivers"])
def test_without_seasons_the_calendar_is_not_found(api, path):
    assert api().get(f"/api/v1/{path}").status_code == 404


def test_teams_come_with_their_drivers(api, season, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        teams = items(api().get("/api/v1/teams?season=2025"))
    assert [team["id"] for team in teams[:2]] == ["team_1", "team_10"]
    assert [driver["id"] for driver in teams[0]["drivers"]] == ["driver_1", "driver_2"]
    assert len(teams) == 11


def test_teams_are_ranked_by_official_points(api, season, at):
    at(OVER_AT)
    first, second, _ = season.races.order_by("round")
    results_for(first)
    grid(second)
    results_for(second, ["driver_3"], kind="sprint")
    rows = items(api().get("/api/v1/teams/standings?season=2025"))
    assert rows[0] == {"rank": 1, "team_id": "team_1", "team": "Team 1", "points": "56", "wins": 1}
    assert rows[1] == {"rank": 2, "team_id": "team_2", "team": "Team 2", "points": "40", "wins": 0}
    assert len(rows) == 11


def test_without_results_all_teams_share_the_first_rank(api, season):
    assert {row["rank"] for row in items(api().get("/api/v1/teams/standings?season=2025"))} == {1}


def test_the_next_race_is_the_first_that_has_not_started(api, season, at):
    at(STARTS_AT + timedelta(hours=1))
    assert api().get("/api/v1/races/next").json()["round"] == 2


def test_after_the_last_race_there_is_no_next_one(api, season, at):
    at(STARTS_AT + timedelta(weeks=8))
    assert api().get("/api/v1/races/next").status_code == 404


def test_a_race_is_found_by_its_id(api, race):
    assert api().get(f"/api/v1/races/{race.pk}").json()["circuit"]["id"] == race.circuit.ref


@pytest.mark.parametrize("path", ["races/{}", "races/{}/results"])
@pytest.mark.parametrize("pk", ["0", str(2**63), "9" * 5000, "x", "-1"])
def test_a_race_that_does_not_exist_is_not_found(api, season, path, pk):
    assert api().get("/api/v1/" + path.format(pk)).status_code == 404


def test_before_the_race_there_are_no_results(api, race):
    results = api().get(f"/api/v1/races/{race.pk}/results").json()
    assert results == {"race_id": race.pk, "race": None, "sprint": None}


def test_results_name_every_car_with_its_official_points(api, race, at):
    results_for(race, ["driver_7"], retired=["driver_1"])
    data = api().get(f"/api/v1/races/{race.pk}/results").json()["race"]
    first, last = data["rows"][0], data["rows"][-1]
    assert (data["revision"], len(data["rows"])) == (1, 22)
    assert (first["driver_id"], first["position_text"], first["points"]) == ("driver_7", "1", "25")
    assert (last["driver_id"], last["position_text"], last["points"]) == ("driver_1", "R", "0")


def test_a_corrected_result_is_served_at_once(api, race):
    results_for(race, ["driver_7"])
    api().get(f"/api/v1/races/{race.pk}/results")
    results_for(race, ["driver_8"])
    data = api().get(f"/api/v1/races/{race.pk}/results").json()["race"]
    assert (data["revision"], data["rows"][0]["driver_id"]) == (2, "driver_8")


def test_sprint_results_come_with_the_race(api, season):
    race = season.races.get(round=2)
    grid(race)
    results_for(race, ["driver_3"], kind="sprint")
    data = api().get(f"/api/v1/races/{race.pk}/results").json()
    assert data["sprint"]["rows"][0]["points"] == "8"
    assert data["race"] is None


def test_drivers_have_the_team_and_number_of_their_latest_race(api, season):
    drivers = items(api().get("/api/v1/drivers"))
    assert len(drivers) == 22
    assert drivers[0]["id"] == "driver_1"
    assert drivers[0]["team"] == {"id": "team_1", "name": "Team 1"}


def test_a_driver_has_results(api, race):
    results_for(race, ["driver_7"])
    driver = api().get("/api/v1/drivers/driver_7").json()
    assert (driver["code"], driver["number"], driver["seasons"]) == ("D07", 7, [2025])
    assert [(row["race"], row["position"], row["points"]) for row in driver["results"]] == [("Grand Prix 1", 1, "25")]


@pytest.mark.parametrize("ref", ["nobody", "a b", "%00", "x" * 300])
def test_an_unknown_driver_is_not_found(api, season, ref):
    assert api().get(f"/api/v1/drivers/{ref}").status_code == 404


@pytest.mark.parametrize(
    ("path", "most"),
    [("seasons", 2), ("races", 4), ("races/next", 3), ("drivers", 2), ("drivers/driver_7", 6)],
)
def test_reads_take_a_fixed_number_of_queries(api, season, django_assert_max_num_queries, path, most):
    for race in Race.objects.filter(season=season)[:2]:
        grid(race) if race.round > 1 else None
        results_for(race)
    with django_assert_max_num_queries(most):
        assert api().get(f"/api/v1/{path}").status_code == 200


def test_cached_results_take_no_more_queries(api, race, django_assert_num_queries):
    results_for(race)
    api().get(f"/api/v1/races/{race.pk}/results")
    with django_assert_num_queries(1):
        api().get(f"/api/v1/races/{race.pk}/results")


def test_nobody_can_write(api, alice, season):
    assert api(alice).post("/api/v1/races", {}).status_code == 405
    assert Season.objects.count() == 1


def test_a_finished_race_is_still_served(api, race, at):
    results_for(race)
    at(OVER_AT)
    assert api().get(f"/api/v1/races/{race.pk}").json()["state"] == "provisional"
