"""The API of wish lists and autodraft: visible to their player only."""

import pytest

from races.models import Driver

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(alices, open_draft):
    return f"/api/v1/constructors/{alices.pk}"


def lists(response):
    data = response.json()
    wishes = [(wish["driver_id"], wish["not_with_first_team"]) for wish in data["wish_list"]]
    return wishes, [driver["id"] for driver in data["do_not_draft"]]


WISHES = {
    "wish_list": [{"driver_id": "driver_7"}, {"driver_id": "driver_3", "not_with_first_team": True}],
    "do_not_draft": ["driver_1"],
}


def test_the_lists_are_replaced_and_read(api, alice, own):
    expected = ([("driver_7", False), ("driver_3", True)], ["driver_1"])
    assert lists(api(alice).put(f"{own}/wish-list", WISHES)) == expected
    assert lists(api(alice).get(f"{own}/wish-list")) == expected
    assert lists(api(alice).put(f"{own}/wish-list", {"wish_list": []})) == ([], [])


@pytest.mark.parametrize(
    ("change", "driver", "expected"),
    [
        ("up", "driver_3", ([("driver_3", True), ("driver_7", False)], ["driver_1"])),
        ("down", "driver_7", ([("driver_3", True), ("driver_7", False)], ["driver_1"])),
        ("remove", "driver_7", ([("driver_3", True)], ["driver_1"])),
        ("team", "driver_7", ([("driver_7", True), ("driver_3", True)], ["driver_1"])),
        ("unwant", "driver_7", ([("driver_3", True)], ["driver_1", "driver_7"])),
        ("add", "driver_9", ([("driver_7", False), ("driver_3", True), ("driver_9", False)], ["driver_1"])),
        ("add", "driver_1", ([("driver_7", False), ("driver_3", True), ("driver_1", False)], [])),
    ],
)
def test_a_single_change_is_applied(api, alice, own, change, driver, expected):
    api(alice).put(f"{own}/wish-list", WISHES)
    response = api(alice).post(f"{own}/wish-list/changes", {"change": change, "driver_id": driver})
    assert lists(response) == expected


def test_they_contain_the_foreseen_picks(api, alice, own, open_draft):
    api(alice).put(f"{own}/wish-list", {"wish_list": [{"driver_id": "driver_7"}], "do_not_draft": ["driver_1"]})
    data = api(alice).get(f"{own}/wish-list/preview").json()
    assert (data["draft_id"], data["race_id"]) == (open_draft.pk, open_draft.race_id)
    assert [driver["id"] for driver in data["picks"]] == ["driver_7", "driver_10"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "wish_list"),
        ({"wish_list": [{"driver_id": "nobody"}]}, "wish_list"),
        ({"wish_list": [{"driver_id": "driver_7"}] * 2}, "wish_list"),
        ({"wish_list": [{"driver_id": "driver_7"}], "do_not_draft": ["driver_7"]}, "wish_list"),
        ({"wish_list": [], "do_not_draft": ["nobody"]}, "wish_list"),
        ({"wish_list": [], "do_not_draft": "driver_7"}, "do_not_draft"),
        ({"wish_list": [{"driver_id": "driver_7"}] * 61}, "wish_list"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_invalid_lists_are_refused(api, alice, own, body, field):
    response = api(alice).put(f"{own}/wish-list", body)
    assert (response.status_code, list(response.json()["error"]["fields"])) == (400, [field])


def test_lists_that_are_too_long_are_refused(api, alice, own):
    Driver.objects.bulk_create(Driver(ref=f"reserve_{n}", given_name="R", family_name=str(n)) for n in range(61))
    wishes, unwanted = [{"driver_id": f"reserve_{n}"} for n in range(30)], [f"reserve_{n}" for n in range(30, 61)]
    both = {"wish_list": wishes, "do_not_draft": unwanted}
    assert api(alice).put(f"{own}/wish-list", both).status_code == 400


def test_autodraft_is_switched_on_and_off(api, alice, bob, bobs, open_draft):
    switch = f"/api/v1/constructors/{bobs.pk}/autodraft"
    assert api(bob).get(switch).json() == {"autodraft": "off"}
    assert api(bob).put(switch, {"autodraft": "once"}).json() == {"autodraft": "once"}
    assert api(bob).get(switch).json() == {"autodraft": "once"}
    assert api(bob).put(switch, {"autodraft": "sometimes"}).status_code == 400


def test_autodraft_picks_at_once_if_switched_on_during_the_turn(api, alice, own, open_draft):
    api(alice).put(f"{own}/autodraft", {"autodraft": "on"})
    assert open_draft.picks.count() == 1


@pytest.mark.parametrize(
    ("method", "part", "body"),
    [
        ("get", "wish-list", None),
        ("put", "wish-list", WISHES),
        ("post", "wish-list/changes", {"change": "add", "driver_id": "driver_1"}),
        ("get", "wish-list/preview", None),
        ("get", "autodraft", None),
        ("put", "autodraft", {"autodraft": "on"}),
    ],
)
def test_others_cannot_see_or_change_the_lists(api, bob, charlie, own, alices, method, part, body):
    answers = [getattr(api(user), method)(f"{own}/{part}", body) for user in (bob, charlie, None)]
    assert [response.status_code for response in answers] == [403, 404, 401]
    missing = getattr(api(charlie), method)(f"/api/v1/constructors/999999/{part}", body)
    assert missing.json()["error"]["message"] == answers[1].json()["error"]["message"]
    assert not alices.wishes.exists()
