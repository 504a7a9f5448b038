"""The API of leagues: create, list, join, change, leave."""

import pytest

from leagues.models import League, Membership
from leagues.services import create_league, join_league
from tests.support.cast import FOUNDED_AT
from tests.support.factories import SeasonFactory, UserFactory

pytestmark = pytest.mark.django_db

LEAGUES = "/api/v1/leagues"


@pytest.fixture(autouse=True)
def before_the_season(at):
    at(FOUNDED_AT)


@pytest.fixture
def public(league):
    league.visibility = "public"
    league.save()
    return league


def create(api, user, **payload):
    return api(user).post(LEAGUES, {"name": "Pit Wall", **payload})


def error(response):
    return response.json()["error"]


class TestCreating:
    def test_a_league_needs_only_a_name(self, api, alice, season):
        response = create(api, alice)
        data = response.json()
        assert response.status_code == 201
        assert (data["name"], data["season"], data["capacity"], data["players"]) == ("Pit Wall", 2025, 11, 1)
        assert (data["visibility"], data["role"]) == ("private", "manager")
        assert League.objects.get(pk=data["id"]).code == data["code"]

    @pytest.mark.parametrize("payload", [{"method": "snake"}, {"settings": {"method": "snake"}}])
    def test_settings_can_be_at_the_top_level_or_in_settings(self, api, alice, season, payload):
        rules = create(api, alice, **payload).json()["settings"]
        assert (rules["number"], rules["method"], rules["scoring"]) == (1, "snake", "inverted_position")

    def test_the_settings_object_takes_precedence(self, api, alice, season):
        payload = {"method": "snake", "sprints": True, "settings": {"method": "sequential"}}
        rules = create(api, alice, **payload).json()["settings"]
        assert (rules["method"], rules["sprints"]) == ("sequential", True)

    def test_every_setting_can_be_chosen(self, api, alice, season):
        data = create(
            api,
            alice,
            constructor_name="Alice Racing",
            visibility="public",
            capacity=5,
            season=2025,
            picks_per_race=3,
            scoring="custom",
            custom_points={"places": [10, "7.5"], "pole": 1},
        ).json()
        assert (data["visibility"], data["capacity"]) == ("public", 5)
        assert data["settings"]["custom_points"] == {"places": [10, "7.5"], "pole": 1}

    @pytest.mark.parametrize(
        ("payload", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "   "}, "name"),
            ({"name": "x" * 61}, "name"),
            ({"name": "\u202etiP"}, "name"),
            ({"name": ["Pit"]}, "name"),
            ({"constructor_name": "x" * 41}, "constructor_name"),
            ({"visibility": "secret"}, "visibility"),
            ({"capacity": 0}, "capacity"),
            ({"capacity": 12}, "capacity"),
            ({"capacity": 10**30}, "capacity"),
            ({"capacity": "many"}, "capacity"),
            ({"season": 1949}, "season"),
            ({"season": 10**30}, "season"),
            ({"season": "x"}, "season"),
            ({"method": "lottery"}, "method"),
            ({"picks_per_race": 6}, "picks_per_race"),
            ({"lock_minutes": -1}, "lock_minutes"),
            ({"lock_minutes": 10**30}, "lock_minutes"),
            ({"sprints": "perhaps"}, "sprints"),
            ({"sprints": {}}, "sprints"),
            ({"custom_points": {"places": ["1E+999999999"]}}, "custom_points"),
            ({"custom_points": {"places": [[[[]]]]}}, "custom_points"),
            ({"custom_points": {"places": 5}}, "custom_points"),
            ({"custom_points": {"luck": 5}}, "custom_points"),
            ({"custom_points": [1]}, "custom_points"),
            ({"settings": {"method": "lottery"}}, "settings.method"),
            ({"settings": {"scorring": "custom"}}, "settings.scorring"),
            ({"settings": {"league": 1}}, "settings.league"),
            ({"settings": {"number": 7}}, "settings.number"),
            ({"settings": []}, "settings.non_field_errors"),
        ],
    )
    def test_invalid_input_names_the_field(self, api, alice, season, payload, field):
        response = create(api, alice, **payload)
        assert response.status_code == 400
        assert list(error(response)["fields"]) == [field]
        assert not League.objects.exists()

    def test_too_many_constructors_are_refused_with_the_maximum(self, api, alice, season):
        assert "at most 11 fit" in error(create(api, alice, capacity=12))["message"]

    def test_a_visitor_cannot_create_a_league(self, api, season):
        assert create(api, None).status_code == 401


class TestReading:
    def test_the_callers_leagues_are_listed_with_their_role(self, api, bob, league, season):
        create_league(creator=UserFactory.create(), season=season, name="Others", visibility="public", now=FOUNDED_AT)
        response = api(bob).get(LEAGUES).json()
        assert [(row["name"], row["role"], row["code"]) for row in response["items"]] == [
            ("Alpine Friends", "member", league.code)
        ]

    def test_public_leagues_are_found_by_part_of_their_name(self, api, charlie, public, season):
        create_league(creator=charlie, season=season, name="Alpine Secrets", now=FOUNDED_AT)
        rows = api().get(f"{LEAGUES}?visibility=public&search=alpin").json()["items"]
        assert [(row["name"], row["role"], row["code"]) for row in rows] == [("Alpine Friends", None, None)]

    def test_archived_leagues_are_not_listed(self, api, public):
        public.archived_at = FOUNDED_AT
        public.save()
        assert api().get(f"{LEAGUES}?visibility=public").json()["total"] == 0

    def test_a_visitor_has_no_leagues(self, api, league):
        assert api().get(LEAGUES).status_code == 401

    @pytest.mark.parametrize("query", ["visibility=private", "visibility=", "search=%00", "search=" + "x" * 61])
    def test_an_invalid_search_is_refused(self, api, alice, query):
        assert api(alice).get(f"{LEAGUES}?{query}").status_code == 400

    def test_the_code_is_for_members(self, api, alice, bob, charlie, public):
        seen = [api(user).get(f"{LEAGUES}/{public.pk}").json()["code"] for user in (alice, bob, charlie, None)]
        assert seen == [public.code, public.code, None, None]

    def test_a_visitor_is_not_taken_for_a_deleted_user(self, api, public, bob):
        bob.delete()
        assert api().get(f"{LEAGUES}/{public.pk}").json()["code"] is None

    @pytest.mark.parametrize("path", ["", "/members", "/settings"])
    @pytest.mark.parametrize("method", ["get", "patch", "post"])
    def test_a_private_league_is_not_found(self, api, charlie, league, path, method):
        client = api(charlie)
        answers = [getattr(client, method)(f"{LEAGUES}/{pk}{path}", {}) for pk in (league.pk, 999_999)]
        assert len({response.status_code for response in answers}) == 1
        assert answers[0].status_code in (404, 405)
        assert error(answers[0])["message"] == error(answers[1])["message"]

    @pytest.mark.parametrize("path", ["members", "settings"])
    def test_a_public_league_has_member_only_resources(self, api, charlie, public, path):
        assert api(charlie).get(f"{LEAGUES}/{public.pk}/{path}").status_code == 404
        assert api().get(f"{LEAGUES}/{public.pk}/{path}").status_code == 401

    def test_members_come_manager_first(self, api, bob, league):
        members = api(bob).get(f"{LEAGUES}/{league.pk}/members").json()["items"]
        assert [(member["username"], member["role"]) for member in members] == [("alice", "manager"), ("bob", "member")]

    def test_lists_take_a_fixed_number_of_queries(self, api, alice, league, season, django_assert_max_num_queries):
        for number in range(5):
            other = create_league(creator=alice, season=season, name=f"L{number}", visibility="public", now=FOUNDED_AT)
            join_league(user=UserFactory.create(), league=other, now=FOUNDED_AT)
            join_league(user=UserFactory.create(), league=league, now=FOUNDED_AT)
        addresses = ("", "?visibility=public", f"/{league.pk}", f"/{league.pk}/members", f"/{league.pk}/settings")
        alices_app = api(alice)
        for address in addresses:
            with django_assert_max_num_queries(5):
                assert alices_app.get(LEAGUES + address).status_code == 200


class TestJoining:
    def test_the_code_opens_the_league_in_any_case(self, api, charlie, league):
        response = api(charlie).post(
            f"{LEAGUES}/join", {"code": league.code.lower(), "constructor_name": "Charlie's Angels"}
        )
        assert response.status_code == 201
        assert (response.json()["id"], response.json()["role"], response.json()["players"]) == (league.pk, "member", 3)

    def test_an_unknown_code_is_refused(self, api, charlie, league):
        response = api(charlie).post(f"{LEAGUES}/join", {"code": "NOSUCH22"})
        assert (response.status_code, error(response)["code"]) == (404, "unknown_code")

    def test_nobody_joins_twice(self, api, bob, league):
        response = api(bob).post(f"{LEAGUES}/join", {"code": league.code})
        assert (response.status_code, error(response)["code"]) == (409, "already_member")

    def test_a_full_league_cannot_be_joined(self, api, charlie, league):
        league.capacity = 2
        league.save()
        response = api(charlie).post(f"{LEAGUES}/join", {"code": league.code})
        assert (response.status_code, error(response)["code"]) == (409, "league_full")

    def test_a_taken_constructor_name_is_refused_and_nobody_joins(self, api, charlie, league):
        response = api(charlie).post(f"{LEAGUES}/join", {"code": league.code, "constructor_name": "alice racing"})
        assert (response.status_code, error(response)["code"]) == (409, "name_taken")
        assert Membership.objects.filter(league=league).count() == 2

    def test_a_public_league_is_joined_without_a_code(self, api, charlie, public):
        assert api(charlie).post(f"{LEAGUES}/{public.pk}/join").status_code == 201

    def test_a_private_league_cannot_be_joined_by_its_id(self, api, charlie, league):
        assert api(charlie).post(f"{LEAGUES}/{league.pk}/join").status_code == 404

    def test_a_member_can_leave(self, api, bob, league):
        assert api(bob).post(f"{LEAGUES}/{league.pk}/leave").status_code == 204
        assert api(bob).get(f"{LEAGUES}/{league.pk}").status_code == 404

    def test_a_manager_transfers_the_management_before_leaving(self, api, alice, league):
        response = api(alice).post(f"{LEAGUES}/{league.pk}/leave")
        assert (response.status_code, error(response)["code"]) == (409, "manager_stays")


class TestManaging:
    def test_the_manager_changes_the_league(self, api, alice, league):
        change = {"name": "Alpine Rivals", "visibility": "public", "capacity": 4}
        data = api(alice).patch(f"{LEAGUES}/{league.pk}", change).json()
        assert {name: data[name] for name in change} == change

    def test_a_member_cannot_change_the_league(self, api, bob, league):
        for address, change in ((f"{league.pk}", {"name": "Mine"}), (f"{league.pk}/settings", {"sprints": True})):
            method = api(bob).patch if "name" in change else api(bob).post
            assert method(f"{LEAGUES}/{address}", change).status_code == 403

    def test_a_stranger_cannot_change_a_public_league(self, api, charlie, public):
        assert api(charlie).patch(f"{LEAGUES}/{public.pk}", {"name": "Mine"}).status_code == 403

    def test_new_settings_create_a_version(self, api, alice, league):
        response = api(alice).post(f"{LEAGUES}/{league.pk}/settings", {"scoring": "standard_f1"})
        versions = api(alice).get(f"{LEAGUES}/{league.pk}/settings").json()["items"]
        assert (response.status_code, response.json()["created_by"]) == (201, "alice")
        assert [(version["number"], version["scoring"]) for version in versions] == [
            (2, "standard_f1"),
            (1, "inverted_position"),
        ]

    def test_unchanged_settings_create_no_version(self, api, alice, league, at):
        at(FOUNDED_AT.replace(year=2026))
        response = api(alice).post(f"{LEAGUES}/{league.pk}/settings", {"scoring": "inverted_position"})
        assert (response.status_code, response.json()["number"]) == (200, 1)

    def test_the_management_is_transferred(self, api, alice, bob, league):
        data = api(alice).post(f"{LEAGUES}/{league.pk}/transfer", {"user_id": bob.pk}).json()
        assert data["role"] == "co_manager"
        assert api(bob).get(f"{LEAGUES}/{league.pk}").json()["role"] == "manager"

    def test_only_the_manager_assigns_roles(self, api, alice, bob, league):
        address, role = f"{LEAGUES}/{league.pk}/members/{bob.pk}", {"role": "co_manager"}
        assert api(bob).patch(address, role).status_code == 403
        assert api(alice).patch(address, role).json()["role"] == "co_manager"

    @pytest.mark.parametrize("role", ["manager", "king", None, ["member"]])
    def test_an_invalid_role_is_refused(self, api, alice, bob, league, role):
        response = api(alice).patch(f"{LEAGUES}/{league.pk}/members/{bob.pk}", {"role": role})
        assert response.status_code == 400

    def test_only_members_can_have_roles_or_become_the_manager(self, api, alice, charlie, league):
        for user_id in (charlie.pk, 999_999):
            assert api(alice).patch(f"{LEAGUES}/{league.pk}/members/{user_id}", {"role": "member"}).status_code == 404
            assert api(alice).post(f"{LEAGUES}/{league.pk}/transfer", {"user_id": user_id}).status_code == 404

    def test_an_administrator_can_manage_any_league(self, api, league):
        admin = UserFactory.create(is_superuser=True)
        assert api(admin).get(f"{LEAGUES}/{league.pk}/members").json()["total"] == 2
        assert api(admin).patch(f"{LEAGUES}/{league.pk}", {"name": "Tidied"}).json()["name"] == "Tidied"


def test_a_league_of_a_demonstration_says_so(api, alice):
    season = SeasonFactory.create(year=2025, is_demonstration=True)
    league = create_league(creator=alice, season=season, name="Demo", now=FOUNDED_AT)
    assert api(alice).get(f"{LEAGUES}/{league.pk}").json()["is_demonstration"] is True
