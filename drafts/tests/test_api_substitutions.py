"""Substitutions through the API, by the holder and by a manager, and what a client sees of them."""

import pytest

from drafts.services import pause_draft
from leagues.services import create_league
from tests.support.cast import DRAFTING_AT
from tests.support.factories import UserFactory
from tests.support.stories import fresh, pick, withdrawn

pytestmark = pytest.mark.django_db

SUBSTITUTION = {"out_driver_id": "driver_1", "driver_id": "driver_5"}


@pytest.fixture
def draft(open_draft, alices):
    """Alice has picked the first driver, who has been withdrawn since; it is Bob's turn."""
    pick(open_draft, alices, "driver_1", DRAFTING_AT)
    withdrawn(open_draft, "driver_1", DRAFTING_AT)
    return fresh(open_draft)


@pytest.fixture
def substitute(api, race):
    def substitute(user, constructor, **change):
        body = {"race_id": race.pk, **SUBSTITUTION, **change}
        return api(user).post(f"/api/v1/constructors/{constructor.pk}/substitution", body)

    return substitute


@pytest.fixture
def substitute_for(api, draft):
    return lambda user, **change: api(user).post(f"/api/v1/drafts/{draft.pk}/substitution", {**SUBSTITUTION, **change})


def error(response):
    return response.json()["error"]


class TestTheHolder:
    def test_a_player_sees_that_their_driver_is_out(self, api, alice, draft):
        (held,) = api(alice).get(f"/api/v1/drafts/{draft.pk}").json()["picks"]
        assert (held["driver_id"], held["is_out"]) == ("driver_1", True)

    def test_a_player_substitutes_the_driver(self, substitute, alice, alices, draft, race):
        response = substitute(alice, alices)
        assert response.status_code == 200
        assert response.json() == {
            "race_id": race.pk,
            "slot": 1,
            "round": 1,
            "constructor_id": alices.pk,
            "constructor": "Alice Racing",
            "driver_id": "driver_5",
            "code": "D05",
            "name": "Driver 5",
            "is_out": False,
            "source": "player",
            "picked_at": "2025-03-11T04:00:00Z",
        }

    def test_the_same_request_again_is_refused(self, substitute, alice, alices, draft):
        assert [substitute(alice, alices).status_code for _ in range(2)] == [200, 409]

    def test_a_refusal_has_its_error_code(self, substitute, alice, alices, draft):
        assert error(substitute(alice, alices, driver_id="driver_1"))["code"] == "driver_withdrawn"
        assert error(substitute(alice, alices, out_driver_id="driver_2"))["code"] == "driver_not_held"
        pause_draft(draft=draft, by=alice, now=DRAFTING_AT)
        assert error(substitute(alice, alices))["code"] == "draft_paused"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"race_id": 999_999}, "race_id"),
            ({"out_driver_id": "nobody"}, "out_driver_id"),
            ({"driver_id": "nobody"}, "driver_id"),
            ({"driver_id": ""}, "driver_id"),
        ],
    )
    def test_invalid_input_names_the_field(self, substitute, alice, alices, draft, change, field):
        response = substitute(alice, alices, **change)
        assert (response.status_code, list(error(response)["fields"])) == (400, [field])

    def test_nobody_else_can_substitute_for_the_constructor(self, substitute, bob, charlie, alices, draft):
        assert [substitute(user, alices).status_code for user in (bob, charlie, None)] == [403, 404, 401]
        assert fresh(draft).last_seq == draft.last_seq

    def test_a_constructor_that_is_not_visible_is_not_found(self, substitute, api, alice, season, race, draft):
        others = create_league(creator=UserFactory.create(), season=season, name="Others", now=DRAFTING_AT)
        responses = [
            api(alice).post(f"/api/v1/constructors/{pk}/substitution", {"race_id": race.pk, **SUBSTITUTION})
            for pk in (others.constructors.all()[0].pk, 999_999)
        ]
        assert {response.status_code for response in responses} == {404}
        assert len({error(response)["message"] for response in responses}) == 1


class TestCommissionerTools:
    def test_the_manager_substitutes_for_the_holder(self, substitute_for, alice, bobs, draft):
        pick(draft, bobs, "driver_2", DRAFTING_AT)
        withdrawn(draft, "driver_2", DRAFTING_AT)
        response = substitute_for(alice, out_driver_id="driver_2", seen=fresh(draft).last_seq)
        made = response.json()
        assert (response.status_code, made["constructor_id"], made["driver_id"]) == (200, bobs.pk, "driver_5")
        assert made["source"] == "manager"

    def test_it_is_refused_after_an_event_that_the_manager_has_not_seen(self, substitute_for, alice, draft):
        assert error(substitute_for(alice, seen=1))["code"] == "room_moved_on"

    def test_members_cannot_substitute_for_others(self, substitute_for, bob, charlie, draft):
        assert [substitute_for(user).status_code for user in (bob, charlie, None)] == [403, 404, 401]
        assert fresh(draft).last_seq == draft.last_seq
