"""The API of drafts by id: lists, slots, picks, events, and the commissioner tools."""

import pytest

from drafts.event_stream import event_data
from drafts.models import Draft
from leagues.services import create_league, set_role
from tests.support.cast import DRAFTING_AT
from tests.support.factories import UserFactory
from tests.support.stories import fresh, joined

pytestmark = pytest.mark.django_db

DRAFTS = "/api/v1/drafts"


@pytest.fixture
def draft_url(open_draft):
    return f"{DRAFTS}/{open_draft.pk}"


@pytest.fixture
def pick(api, race):
    def pick(user, constructor, driver):
        body = {"race_id": race.pk, "driver_id": driver}
        return api(user).post(f"/api/v1/constructors/{constructor.pk}/drafts", body)

    return pick


def error(response):
    return response.json()["error"]


class TestList:
    def test_the_callers_drafts_are_listed_with_their_state(self, api, alice, open_draft, league, race):
        (data,) = api(alice).get(DRAFTS).json()["items"]
        assert (data["id"], data["league_id"], data["race_id"]) == (open_draft.pk, league.pk, race.pk)
        assert (data["league"], data["race"], data["season"]) == ("Alpine Friends", "Grand Prix 1", 2025)
        assert (data["state"], data["last_seq"]) == ("open", open_draft.last_seq)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("league_id={league}", 1),
            ("race_id={race}", 1),
            ("state=open", 1),
            ("state=open&race_id={race}", 1),
            ("league_id=999999", 0),
            ("race_id=999999", 0),
            ("state=locked", 0),
        ],
    )
    def test_the_list_can_be_filtered(self, api, alice, open_draft, query, found):
        query = query.format(league=open_draft.league_id, race=open_draft.race_id)
        assert api(alice).get(f"{DRAFTS}?{query}").json()["total"] == found

    @pytest.mark.parametrize("query", ["state=nonsense", "league_id=0", "league_id=x", "race_id=99999999999999999999"])
    def test_an_invalid_filter_is_named(self, api, alice, open_draft, query):
        response = api(alice).get(f"{DRAFTS}?{query}")
        assert (response.status_code, list(error(response)["fields"])) == (400, [query.split("=")[0]])

    def test_a_stranger_gets_an_empty_list(self, api, charlie, open_draft):
        for query in ("", f"?league_id={open_draft.league_id}", f"?race_id={open_draft.race_id}"):
            assert api(charlie).get(f"{DRAFTS}{query}").json()["items"] == []

    def test_drafts_of_a_public_league_are_listed_on_request(self, api, charlie, league, open_draft):
        league.visibility = "public"
        league.save()
        for client in (api(charlie), api()):
            assert client.get(f"{DRAFTS}?league_id={league.pk}").json()["total"] == 1
        assert api(charlie).get(DRAFTS).json()["total"] == 0
        assert api().get(DRAFTS).status_code == 401


class TestReading:
    def test_it_equals_the_draft_found_by_league_and_race(self, api, alice, open_draft, draft_url):
        other = f"/api/v1/races/{open_draft.race_id}/leagues/{open_draft.league_id}"
        assert api(alice).get(draft_url).json() == api(alice).get(f"{other}/draft-status").json()
        assert api(alice).get(f"{draft_url}/order").json() == api(alice).get(f"{other}/draft-order").json()

    def test_slots_come_with_their_picks(self, api, pick, alice, alices, bobs, open_draft, draft_url):
        pick(alice, alices, "driver_7")
        slots = api(alice).get(f"{draft_url}/slots").json()["items"]
        assert [(slot["slot"], slot["constructor_id"]) for slot in slots] == [
            (number, constructor.pk) for number, constructor in enumerate([alices, bobs] * 2, 1)
        ]
        assert slots[0]["pick"]["driver_id"] == "driver_7"
        assert [slot["pick"] for slot in slots[1:]] == [None] * 3

    def test_picks_contain_who_made_them(self, api, pick, alice, alices, bob, draft_url):
        pick(alice, alices, "driver_7")
        (data,) = api(bob).get(f"{draft_url}/picks").json()["items"]
        assert (data["slot"], data["driver_id"], data["picked_by"], data["source"]) == (
            1,
            "driver_7",
            "alice",
            "player",
        )

    def test_events_can_be_read_from_a_number_on(self, api, pick, alice, alices, open_draft, draft_url):
        before = open_draft.last_seq
        pick(alice, alices, "driver_7")
        (data,) = api(alice).get(f"{draft_url}/events?after={before}").json()["items"]
        assert (data["seq"], data["kind"], data["by"]) == (before + 1, "picked", "alice")
        assert api(alice).get(f"{draft_url}/events?after={before + 1}").json()["items"] == []

    def test_events_equal_those_of_the_stream(self, api, pick, alice, alices, open_draft, draft_url):
        pick(alice, alices, "driver_7")
        data = api(alice).get(f"{draft_url}/events").json()["items"]
        streamed = [event_data(event) for event in open_draft.events.order_by("seq")]
        assert [{name: event[name] for name in ("seq", "kind", "at", "payload")} for event in data] == streamed

    @pytest.mark.parametrize("after", ["-1", "x", "99999999999999999999"])
    def test_an_invalid_event_number_is_refused(self, api, alice, draft_url, after):
        assert api(alice).get(f"{draft_url}/events?after={after}").status_code == 400

    @pytest.mark.parametrize("part", ["", "/slots", "/picks", "/events", "/order"])
    def test_it_takes_a_fixed_number_of_queries(
        self, api, alice, league, open_draft, draft_url, part, django_assert_max_num_queries
    ):
        for _ in range(6):
            joined(league, UserFactory.create(), at=DRAFTING_AT)
        with django_assert_max_num_queries(13):
            assert api(alice).get(f"{draft_url}{part}").status_code == 200


class TestChangingAPick:
    def test_the_last_pick_can_be_changed(self, api, pick, alice, alices, race, open_draft):
        pick(alice, alices, "driver_7")
        body = {"race_id": race.pk, "driver_id": "driver_8"}
        response = api(alice).patch(f"/api/v1/constructors/{alices.pk}/drafts", body)
        assert (response.status_code, response.json()["driver_id"]) == (200, "driver_8")

    def test_a_pick_cannot_be_changed_after_the_next_one(self, api, pick, alice, bob, alices, bobs, race, open_draft):
        pick(alice, alices, "driver_7")
        pick(bob, bobs, "driver_9")
        body = {"race_id": race.pk, "driver_id": "driver_8"}
        response = api(alice).patch(f"/api/v1/constructors/{alices.pk}/drafts", body)
        assert (response.status_code, error(response)["code"]) == (409, "too_late_to_change")

    def test_nobody_can_change_another_players_pick(self, api, pick, alice, bob, alices, race, open_draft):
        pick(alice, alices, "driver_7")
        body = {"race_id": race.pk, "driver_id": "driver_8"}
        assert api(bob).patch(f"/api/v1/constructors/{alices.pk}/drafts", body).status_code == 403


class TestCommissionerTools:
    def test_the_manager_pauses_and_resumes(self, api, alice, open_draft, draft_url):
        assert api(alice).post(f"{draft_url}/pause").json()["state"] == "paused"
        assert api(alice).post(f"{draft_url}/resume").json()["state"] == "open"

    def test_the_manager_extends_the_clock(self, api, alice, open_draft, draft_url):
        data = api(alice).post(f"{draft_url}/extend", {"minutes": 30}).json()
        ends = fresh(open_draft).turn_ends_at
        assert ends is not None
        assert open_draft.turn_ends_at is not None
        assert (ends - open_draft.turn_ends_at).total_seconds() == 30 * 60
        assert data["turn_ends_at"] == ends.isoformat().replace("+00:00", "Z")

    def test_the_manager_picks_for_a_player(self, api, alice, alices, open_draft, draft_url):
        data = api(alice).post(f"{draft_url}/pick-for", {"constructor_id": alices.pk, "driver_id": "driver_7"})
        assert (data.status_code, data.json()["source"], data.json()["slot"]) == (201, "manager", 1)

    def test_the_manager_cannot_pick_out_of_turn(self, api, alice, bobs, open_draft, draft_url):
        response = api(alice).post(f"{draft_url}/pick-for", {"constructor_id": bobs.pk, "driver_id": "driver_7"})
        assert (response.status_code, error(response)["code"]) == (409, "not_their_turn")

    def test_the_manager_previews_an_undo_and_undoes(self, api, pick, alice, bob, alices, bobs, open_draft, draft_url):
        pick(alice, alices, "driver_7")
        pick(bob, bobs, "driver_9")
        preview = api(alice).get(f"{draft_url}/undo?count=2").json()
        assert [pick["driver_id"] for pick in preview["picks"]] == ["driver_9", "driver_7"]
        data = api(alice).post(f"{draft_url}/undo", {"count": 1, "seen": preview["seen"]}).json()
        assert [pick["driver_id"] for pick in data["picks"]] == ["driver_7"]

    def test_the_manager_sets_the_order(self, api, alice, alices, bobs, open_draft, draft_url):
        data = (
            api(alice).post(f"{draft_url}/order", {"order": [bobs.pk, alices.pk], "seen": open_draft.last_seq}).json()
        )
        assert [constructor["name"] for constructor in data["order"]] == ["Bob Motorsport", "Alice Racing"]

    @pytest.mark.parametrize(
        ("act", "body"),
        [
            ("pause", {}),
            ("resume", {}),
            ("extend", {"minutes": 5}),
            ("undo", {"count": 1}),
            ("pick-for", {"constructor_id": 1, "driver_id": "driver_1"}),
            ("order", {"order": [1, 2]}),
        ],
    )
    def test_an_action_that_has_not_seen_the_latest_event_is_refused(
        self, api, alice, alices, bobs, open_draft, draft_url, act, body
    ):
        body = {name: alices.pk if name == "constructor_id" else value for name, value in body.items()}
        body |= {"order": [bobs.pk, alices.pk]} if act == "order" else {}
        response = api(alice).post(f"{draft_url}/{act}", {**body, "seen": open_draft.last_seq - 1})
        assert (response.status_code, error(response)["code"]) == (409, "room_moved_on")
        assert fresh(open_draft).last_seq == open_draft.last_seq

    @pytest.mark.parametrize(
        ("method", "act"),
        [
            *(("post", act) for act in ("pause", "resume", "extend", "undo", "pick-for", "substitution", "order")),
            ("get", "undo"),
        ],
    )
    def test_members_cannot_use_the_commissioner_tools(
        self, api, bob, charlie, alices, bobs, open_draft, draft_url, method, act
    ):
        bodies = {
            "extend": {"minutes": 5},
            "undo": {"count": 1},
            "pick-for": {"constructor_id": alices.pk, "driver_id": "driver_1"},
            "substitution": {"out_driver_id": "driver_1", "driver_id": "driver_2"},
            "order": {"order": [bobs.pk, alices.pk]},
        }
        query = None if method == "get" else bodies.get(act)
        assert getattr(api(bob), method)(f"{draft_url}/{act}", query).status_code == 403
        assert getattr(api(charlie), method)(f"{draft_url}/{act}", query).status_code == 404
        assert getattr(api(), method)(f"{draft_url}/{act}", query).status_code == 401
        assert fresh(open_draft).last_seq == open_draft.last_seq

    def test_a_co_manager_can_use_the_commissioner_tools(self, api, alice, bob, league, draft_url):
        set_role(league=league, by=alice, user=bob, role="co_manager")
        assert api(bob).post(f"{draft_url}/pause").json()["state"] == "paused"

    @pytest.mark.parametrize(
        ("act", "body", "field"),
        [
            ("extend", {}, "minutes"),
            ("extend", {"minutes": 0}, "minutes"),
            ("extend", {"minutes": 100_000}, "minutes"),
            ("undo", {}, "count"),
            ("undo", {"count": 0}, "count"),
            ("pick-for", {"constructor_id": 999_999, "driver_id": "driver_1"}, "constructor_id"),
            ("pick-for", {"constructor_id": None, "driver_id": "nobody"}, "driver_id"),
            ("pause", {"seen": -1}, "seen"),
            ("pause", {"seen": 2**31}, "seen"),
        ],
    )
    def test_invalid_input_names_the_field(self, api, alice, alices, draft_url, act, body, field):
        if "constructor_id" in body and body["constructor_id"] is None:
            body = {**body, "constructor_id": alices.pk}
        response = api(alice).post(f"{draft_url}/{act}", body)
        assert (response.status_code, list(error(response)["fields"])) == (400, [field])

    def test_constructors_of_other_leagues_are_not_found(self, api, alice, season, draft_url):
        others = create_league(creator=UserFactory.create(), season=season, name="Others", now=DRAFTING_AT)
        answers = [
            api(alice).post(f"{draft_url}/pick-for", {"constructor_id": pk, "driver_id": "driver_1"}).json()["error"]
            for pk in (others.constructors.all()[0].pk, 999_999)
        ]
        assert answers[0]["message"] == answers[1]["message"]


class TestOtherLeagues:
    @pytest.mark.parametrize("part", ["", "/order", "/slots", "/picks", "/events"])
    def test_a_draft_that_is_not_visible_is_not_found(self, api, charlie, open_draft, part):
        for client in (api(charlie), api()):
            answers = [client.get(f"{DRAFTS}/{pk}{part}") for pk in (open_draft.pk, 999_999, 2**70)]
            assert {response.status_code for response in answers} == {404}
            assert len({error(response)["message"] for response in answers}) == 1

    def test_a_visitor_watches_the_draft_of_a_public_league(self, api, league, draft_url):
        league.visibility = "public"
        league.save()
        assert {
            api().get(f"{draft_url}{part}").status_code for part in ("", "/order", "/slots", "/picks", "/events")
        } == {200}


class TestSpectators:
    def test_the_manager_creates_renews_and_ends_the_link(self, api, client, alice, league):
        link = f"/api/v1/leagues/{league.pk}/spectator-link"
        assert api(alice).get(link).json()["token"] is None
        first, second = (api(alice).post(link).json() for _ in range(2))
        assert first["token"] != second["token"]
        assert second["watch_url"] == f"http://testserver/watch/{second['token']}/"
        assert client.get(second["watch_url"]).status_code == 200
        assert api(alice).delete(link).json()["token"] is None
        assert client.get(second["watch_url"]).status_code == 404

    def test_nobody_else_can_manage_the_link(self, api, bob, charlie, league):
        link = f"/api/v1/leagues/{league.pk}/spectator-link"
        for method in ("get", "post", "delete"):
            answers = [getattr(api(user), method)(link).status_code for user in (bob, charlie, None)]
            assert answers == [403, 404, 401]


def test_a_void_draft_keeps_its_link(api, alice, open_draft, draft_url):
    Draft.objects.filter(pk=open_draft.pk).update(state="void", void_reason="The race was cancelled.")
    assert api(alice).get(draft_url).json()["state"] == "void"
