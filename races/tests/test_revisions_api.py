"""The API of revisions: read by everyone, entered and released by administrators."""

from datetime import timedelta

import pytest

from races.models import Classification, ResultCheck
from tests.support.cast import OVER_AT
from tests.support.factories import UserFactory, results_for

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def after_the_race(at):
    at(OVER_AT)


@pytest.fixture
def admin(db):
    return UserFactory.create(username="admin", is_superuser=True)


@pytest.fixture
def results(race):
    return results_for(race)


def read(api, race):
    return api().get(f"/api/v1/races/{race.pk}/results").json()["race"]["rows"]


def body(rows, **changes):
    return {"kind": "race", "reason": "Document 47", "rows": rows, **changes}


def enter(api, race, user, **results_body):
    return api(user).post(f"/api/v1/races/{race.pk}/results", results_body)


def test_results_can_be_read_changed_and_sent_back(api, race, results, admin):
    rows = read(api, race)
    rows[21]["status"] = "Disqualified"
    response = enter(api, race, admin, **body(rows))
    assert response.status_code == 201, response.json()
    assert response.json() | {"recorded_at": "", "confirmed_at": ""} == {
        "kind": "race", "revision": 2, "source": "administrator", "recorded_at": "", "confirmed_at": "",
        "is_held": True, "reason": "Document 47", "difference": ["Driver 22: 22nd → disqualified"],
    }  # fmt: skip
    assert race.classifications.get(revision=2).recorded_by == admin


def test_only_administrators_can_enter_results(api, race, results, alice):
    rows = read(api, race)
    assert enter(api, race, None, **body(rows)).status_code == 401
    refused = enter(api, race, alice, **body([]))
    assert (refused.status_code, refused.json()["error"]["message"]) == (403, "Only administrators can enter results.")
    assert api(alice).post(f"/api/v1/races/{race.pk}/results/release", {"kind": "race"}).status_code == 403
    assert Classification.objects.count() == 1


def test_an_unknown_race_is_not_found(api, race, results, admin):
    rows = read(api, race)
    assert api(admin).post("/api/v1/races/999999/results", body(rows)).status_code == 404
    assert api(admin).post("/api/v1/races/999999/results/release", {"kind": "race"}).status_code == 404
    assert api().get("/api/v1/races/999999/revisions").status_code == 404


@pytest.mark.parametrize(
    ("place", "changes", "message"),
    [
        (2, {"position": 1, "position_text": "1"}, "Place 1 appears twice."),
        (2, {"driver_id": "nobody"}, "The driver “nobody” is not known."),
        (2, {"points": "-1"}, "Ensure this value is greater than or equal to 0."),
        (2, {"position": None}, "This field may not be null."),
    ],
)
def test_invalid_rows_are_refused(api, race, results, admin, place, changes, message):
    rows = read(api, race)
    rows[place - 1] |= changes
    refused = enter(api, race, admin, **body(rows))
    assert (refused.status_code, refused.json()["error"]["message"]) == (400, message)
    assert Classification.objects.count() == 1


@pytest.mark.parametrize("without", ["kind", "reason", "rows"])
def test_every_field_is_required(api, race, results, admin, without):
    results_body = body(read(api, race))
    del results_body[without]
    assert enter(api, race, admin, **results_body).status_code == 400


def test_released_results_are_polled_at_once(api, race, results, admin):
    enter(api, race, admin, **body(read(api, race)))
    response = api(admin).post(f"/api/v1/races/{race.pk}/results/release", {"kind": "race"})
    assert (response.status_code, response.json()["is_held"]) == (200, False)
    assert ResultCheck.objects.get(race=race).due_at == OVER_AT
    again = api(admin).post(f"/api/v1/races/{race.pk}/results/release", {"kind": "race"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_held")


def test_revisions_have_their_differences_latest_first(api, race, results, admin, django_assert_max_num_queries):
    rows = read(api, race)
    rows[21]["laps"] = 56
    enter(api, race, admin, **body(rows))
    with django_assert_max_num_queries(3):
        response = api().get(f"/api/v1/races/{race.pk}/revisions").json()
    assert [(revision["revision"], revision["source"], revision["difference"]) for revision in response["items"]] == [
        (2, "administrator", ["Driver 22: laps 57 → 56"]), (1, "api", []),
    ]  # fmt: skip
    assert api().get(f"/api/v1/races/{race.pk}/revisions?kind=sprint").json()["items"] == []


def test_an_earlier_revision_can_be_read(api, race, results, admin):
    rows = read(api, race)
    rows[21]["laps"] = 56
    enter(api, race, admin, **body(rows))
    address = f"/api/v1/races/{race.pk}/results"
    laps = [api().get(f"{address}?revision={number}").json()["race"]["rows"][21]["laps"] for number in (1, 2)]
    assert laps == [57, 56]
    assert api().get(f"{address}?revision=3").status_code == 404
    assert api().get(f"{address}?revision=1&kind=sprint").status_code == 404
    assert api().get(f"{address}?revision=x").status_code == 400
