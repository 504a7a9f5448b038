"""The API of a draft: state, picks and refusals, the order and its proof."""

from datetime import timedelta

import pytest

from drafts.models import Draft
from drafts.rules import commitment, drawn_order
from leagues.services import leave_league
from races.models import Entry
from tests.support.cast import DRAFTING_AT
from tests.support.factories import DriverFactory, UserFactory, weekend
from tests.support.stories import joined, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def pick(api, race):
    """Post a pick as a user, for a constructor."""

    def pick(user, constructor, driver="driver_1", **change):
        body = {"race_id": race.pk, "driver_id": driver, **change}
        return api(user).post(f"/api/v1/constructors/{constructor.pk}/drafts", body)

    return pick


@pytest.fixture
def status(api, race, league):
    return lambda user=None: api(user).get(f"/api/v1/races/{race.pk}/leagues/{league.pk}/draft-status").json()


@pytest.fixture
def order_at(race, league):
    return f"/api/v1/races/{race.pk}/leagues/{league.pk}/draft-order"


def error(response):
    return response.json()["error"]


class TestPicking:
    def test_the_player_on_the_clock_gets_the_driver(self, pick, alice, alices, open_draft, race):
        response = pick(alice, alices)
        assert response.status_code == 201
        assert response.json() == {
            "race_id": race.pk,
            "slot": 1,
            "round": 1,
            "constructor_id": alices.pk,
            "constructor": "Alice Racing",
            "driver_id": "driver_1",
            "code": "D01",
            "name": "Driver 1",
            "is_out": False,
            "source": "player",
            "picked_at": "2025-03-11T04:00:00Z",
        }

    def test_a_pick_records_who_made_it(self, pick, alice, alices, open_draft):
        pick(alice, alices)
        assert open_draft.picks.get().picked_by == alice

    def test_a_pick_out_of_turn_is_refused_and_names_whose_turn_it_is(self, pick, bob, bobs, open_draft):
        response = pick(bob, bobs)
        assert response.status_code == 409
        assert error(response)["code"] == "not_your_turn"
        assert error(response)["message"] == "It is Alice Racing's turn."

    def test_a_taken_driver_is_refused_with_the_holders_name(self, pick, alice, bob, alices, bobs, open_draft):
        pick(alice, alices)
        response = pick(bob, bobs)
        assert (response.status_code, error(response)["code"]) == (409, "driver_taken")
        assert "Alice Racing" in error(response)["message"]

    def test_a_repeated_pick_is_refused(self, pick, alice, alices, open_draft):
        assert [pick(alice, alices).status_code for _ in range(2)] == [201, 409]
        assert open_draft.picks.count() == 1

    def test_a_driver_who_is_not_entered_is_refused(self, pick, alice, alices, open_draft):
        DriverFactory.create(ref="driver_99")
        response = pick(alice, alices, "driver_99")
        assert (response.status_code, error(response)["code"]) == (409, "driver_not_entered")

    def test_a_driver_who_will_not_take_part_is_refused(self, pick, alice, alices, open_draft):
        Entry.objects.filter(driver__ref="driver_1").update(is_withdrawn=True)
        response = pick(alice, alices)
        assert (response.status_code, error(response)["code"]) == (409, "driver_withdrawn")

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"driver_id": "nobody"}, "driver_id"),
            ({"driver_id": ""}, "driver_id"),
            ({"driver_id": None}, "driver_id"),
            ({"driver_id": ["driver_1"]}, "driver_id"),
            ({"driver_id": "x" * 5000}, "driver_id"),
            ({"race_id": 999_999}, "race_id"),
            ({"race_id": 0}, "race_id"),
            ({"race_id": -1}, "race_id"),
            ({"race_id": 2**63}, "race_id"),
            ({"race_id": 10**400}, "race_id"),
            ({"race_id": 1.5}, "race_id"),
            ({"race_id": True}, "race_id"),
            ({"race_id": "x"}, "race_id"),
            ({"race_id": {}}, "race_id"),
        ],
        ids=lambda value: str(value)[:40],
    )
    def test_an_invalid_pick_names_the_field(self, pick, alice, alices, open_draft, change, field):
        response = pick(alice, alices, **change)
        assert response.status_code == 400
        assert list(error(response)["fields"]) == [field]

    def test_a_race_that_the_league_does_not_draft_for_is_refused(self, pick, alice, alices, open_draft, race):
        other = weekend(race.season, 4)
        Entry.objects.create(race=other, driver=Entry.objects.filter(race=race)[0].driver)
        response = pick(alice, alices, race_id=other.pk)
        assert (response.status_code, error(response)["code"]) == (409, "no_draft")

    def test_picks_before_the_draft_opens_are_refused(self, pick, alice, alices, upcoming_draft, at):
        at(upcoming_draft.opens_at)
        response = pick(alice, alices)
        assert (response.status_code, error(response)["code"]) == (409, "draft_not_open")

    def test_picks_after_the_lock_are_refused(self, pick, alice, alices, open_draft, at):
        at(open_draft.locks_at)
        response = pick(alice, alices)
        assert (response.status_code, error(response)["code"]) == (409, "draft_locked")

    def test_nobody_picks_for_another(self, pick, alice, bob, bobs, open_draft):
        assert pick(bob, open_draft.slots.all()[0].constructor).status_code == 403
        assert pick(alice, bobs).status_code == 403

    def test_a_stranger_gets_404_for_the_constructor(self, pick, charlie, alices, open_draft):
        assert pick(charlie, alices).status_code == 404
        assert pick(None, alices).status_code == 401

    def test_a_former_member_of_a_public_league_cannot_pick(self, pick, bob, bobs, league, open_draft):
        league.visibility = "public"
        league.save()
        leave_league(user=bob, league=league, now=DRAFTING_AT)
        assert pick(bob, bobs).status_code == 403


class TestStatus:
    def test_it_contains_whose_turn_it_is_and_the_free_drivers(self, status, alice, alices, open_draft, race):
        data = status(alice)
        assert (data["state"], data["round"], data["race"]) == ("open", 1, "Grand Prix 1")
        assert (data["picks_made"], data["picks_total"], len(data["free_drivers"])) == (0, 4, 22)
        assert data["on_the_clock"] == {
            "constructor_id": alices.pk,
            "name": "Alice Racing",
            "player": "alice",
            "slot": 1,
            "round": 1,
        }
        assert data["free_drivers"][0] == {
            "id": "driver_1",
            "code": "D01",
            "name": "Driver 1",
            "team_id": "team_1",
            "team": "Team 1",
            "number": 1,
            "points": "0",
        }

    def test_it_contains_opening_lock_and_server_time(self, status, alice, open_draft):
        data = status(alice)
        assert data["opens_at"] == "2025-03-10T12:00:00Z"
        assert data["locks_at"] == "2025-03-15T04:55:00Z"
        assert data["server_time"] == "2025-03-11T04:00:00Z"
        assert data["lock_is_provisional"] is False

    def test_only_the_player_on_the_clock_can_pick(self, status, alice, bob, alices, open_draft):
        assert [status(user)["can_pick"] for user in (alice, bob)] == [True, False]
        assert status(alice)["constructor_id"] == alices.pk

    def test_a_pick_is_shown_and_the_turn_advances(self, pick, status, alice, bob, alices, bobs, open_draft):
        pick(alice, alices, "driver_7")
        data = status(bob)
        assert [(pick["slot"], pick["driver_id"], pick["constructor"]) for pick in data["picks"]] == [
            (1, "driver_7", "Alice Racing")
        ]
        assert "driver_7" not in [driver["id"] for driver in data["free_drivers"]]
        assert (data["on_the_clock"]["name"], data["can_pick"]) == ("Bob Motorsport", True)

    def test_in_a_complete_draft_nobody_is_on_the_clock(self, pick, status, alice, bob, alices, bobs, open_draft):
        for number, (user, own) in enumerate([(alice, alices), (bob, bobs)] * 2, 1):
            assert pick(user, own, f"driver_{number}").status_code == 201
        data = status(alice)
        assert (data["state"], data["on_the_clock"], data["picks_made"]) == ("complete", None, 4)

    def test_after_the_lock_nobody_can_pick_even_before_the_sweep(self, status, alice, open_draft, at):
        at(open_draft.locks_at + timedelta(seconds=1))
        assert status(alice)["can_pick"] is False

    def test_before_it_opens_nobody_is_on_the_clock(self, status, alice, upcoming_draft, at):
        at(DRAFTING_AT - timedelta(days=5))
        data = status(alice)
        assert (data["state"], data["on_the_clock"], data["picks_total"]) == ("upcoming", None, 0)

    def test_a_visitor_watches_the_draft_of_a_public_league(self, status, league, open_draft):
        league.visibility = "public"
        league.save()
        data = status()
        assert (data["state"], data["constructor_id"], data["can_pick"]) == ("open", None, False)

    def test_it_takes_a_fixed_number_of_queries(
        self, api, alice, league, race, upcoming_draft, at, django_assert_max_num_queries
    ):
        for _ in range(6):
            joined(league, UserFactory.create())
        at(opened(league).opens_at)
        alices_app = api(alice)
        for path in ("draft-status", "draft-order"):
            with django_assert_max_num_queries(12):
                alices_app.get(f"/api/v1/races/{race.pk}/leagues/{league.pk}/{path}")


class TestOrder:
    def test_before_the_draft_opens_only_the_commitment_is_public(self, api, alice, upcoming_draft, order_at):
        data = api(alice).get(order_at).json()
        assert (data["seed"], data["order"], data["slots"], data["source"]) == (None, [], [], "")
        assert data["commitment"] == commitment(upcoming_draft.order_seed)
        assert upcoming_draft.order_seed not in str(data)

    def test_after_it_opens_anyone_can_repeat_the_draw(self, api, alice, league, upcoming_draft, order_at):
        opened(league)
        data = api(alice).get(order_at).json()
        order = [constructor["id"] for constructor in data["order"]]
        assert (data["source"], commitment(data["seed"])) == ("random", data["commitment"])
        assert order == drawn_order(order, data["seed"])
        assert [slot["constructor_id"] for slot in data["slots"]] == order * 2

    def test_the_manager_sets_the_order(self, api, alice, alices, bobs, open_draft, order_at):
        data = api(alice).post(order_at, {"order": [bobs.pk, alices.pk]}).json()
        assert [constructor["name"] for constructor in data["order"]] == ["Bob Motorsport", "Alice Racing"]
        assert (data["source"], data["planned_order"]) == ("manual", [bobs.pk, alices.pk])

    def test_a_member_cannot_set_the_order(self, api, bob, alices, bobs, open_draft, order_at):
        assert api(bob).post(order_at, {"order": [bobs.pk, alices.pk]}).status_code == 403

    def test_after_the_first_pick_nobody_can_set_the_order(self, api, pick, alice, alices, bobs, open_draft, order_at):
        pick(alice, alices)
        response = api(alice).post(order_at, {"order": [bobs.pk, alices.pk]})
        assert (response.status_code, error(response)["code"]) == (409, "order_is_fixed")

    @pytest.mark.parametrize("order", [[], [1], [0, 1], ["x"], [2**63], "12", None, {}, [[]], list(range(1, 500))])
    def test_an_invalid_order_is_refused(self, api, alice, open_draft, order_at, order):
        assert api(alice).post(order_at, {"order": order}).status_code == 400


@pytest.mark.parametrize("path", ["draft-status", "draft-order"])
class TestOtherLeagues:
    def test_a_draft_that_is_not_visible_is_not_found(self, api, charlie, open_draft, path):
        league, race = open_draft.league_id, open_draft.race_id
        addresses = [f"/api/v1/races/{race}/leagues/{pk}/{path}" for pk in (league, 999_999)]
        for client in (api(charlie), api()):
            answers = [client.get(url) for url in addresses]
            assert [response.status_code for response in answers] == [404, 404]
            assert error(answers[0])["message"] == error(answers[1])["message"]

    def test_a_race_without_a_draft_is_not_found(self, api, alice, open_draft, path):
        later = open_draft.race.season.races.get(round=3).pk
        for race in (later, 999_999, 2**63, 2**70):
            url = f"/api/v1/races/{race}/leagues/{open_draft.league_id}/{path}"
            assert api(alice).get(url).status_code == 404

    def test_a_void_draft_is_shown_as_void(self, api, alice, open_draft, path):
        Draft.objects.filter(pk=open_draft.pk).update(state="void", void_reason="The race was cancelled.")
        url = f"/api/v1/races/{open_draft.race_id}/leagues/{open_draft.league_id}/{path}"
        assert api(alice).get(url).json()["state"] == "void"
