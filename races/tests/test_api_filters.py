"""API filters and ordering of races and drivers."""

import pytest

from races.models import Race

pytestmark = pytest.mark.django_db


def races(api, query):
    return [race["round"] for race in api().get(f"/api/v1/races?season=2025&{query}").json()["items"]]


def drivers(api, query):
    return [driver["id"] for driver in api().get(f"/api/v1/drivers?season=2025&{query}").json()["items"]]


def test_races_are_filtered_by_state_circuit_and_date(api, season):
    second = season.races.get(round=2)
    Race.objects.filter(pk=second.pk).update(state="cancelled")
    assert races(api, "") == [1, 2, 3]
    assert races(api, "state=cancelled") == [2]
    assert races(api, f"circuit_id={second.circuit.ref}") == [2]
    assert races(api, f"start={second.race_date}") == [2, 3]
    assert races(api, f"end={second.race_date}&state=scheduled") == [1]


def test_drivers_are_filtered_by_team_and_name(api, season):
    assert drivers(api, "team_id=team_3") == ["driver_5", "driver_6"]
    assert drivers(api, "search=DRIVER 22") == ["driver_22"]
    assert drivers(api, "team_id=nobody") == []


@pytest.mark.parametrize(
    ("ordering", "first", "last"),
    [
        ("number", "driver_1", "driver_22"),
        ("-number", "driver_22", "driver_1"),
        ("code", "driver_1", "driver_22"),
        ("name", "driver_1", "driver_9"),
        ("-name", "driver_9", "driver_1"),
    ],
)
def test_drivers_are_ordered(api, season, ordering, first, last):
    found = drivers(api, f"ordering={ordering}")
    assert (len(found), found[0], found[-1]) == (22, first, last)


@pytest.mark.parametrize("query", ["races?state=lost", "races?start=tomorrow", "drivers?ordering=luck"])
def test_an_invalid_filter_is_refused(api, season, query):
    response = api().get(f"/api/v1/{query}")
    assert (response.status_code, response.json()["error"]["code"]) == (400, "invalid")
