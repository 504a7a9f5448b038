"""The API of invitations, removals, archiving and settings versions."""

from datetime import timedelta

import pytest

from accounts.models import User
from leagues.models import Invitation
from leagues.selectors import is_member
from leagues.services import create_league, invite
from tests.support.cast import DRAFTING_AT, FOUNDED_AT

pytestmark = pytest.mark.django_db

ADDRESS = "charlie@example.org"
MINE = "/api/v1/invitations"


@pytest.fixture(autouse=True)
def before_the_season(at):
    at(FOUNDED_AT)


@pytest.fixture
def league_url(league):
    return f"/api/v1/leagues/{league.pk}"


@pytest.fixture
def to_charlie(api, alice, charlie, league_url):
    return api(alice).post(f"{league_url}/invitations", {"username": "charlie"}).json()["id"]


@pytest.fixture
def token(league, alice):
    return invite(league=league, by=alice, email=ADDRESS, now=FOUNDED_AT).token


def error(response):
    return response.json()["error"]


class TestManagers:
    def test_managers_invite_and_list_invitations(self, api, alice, charlie, league_url):
        response = api(alice).post(f"{league_url}/invitations", {"email": ADDRESS})
        data = response.json()
        assert (response.status_code, data["email"], data["username"], data["state"]) == (201, ADDRESS, None, "pending")
        assert (data["invited_by"], data["sent_at"]) == ("alice", None)
        api(alice).post(f"{league_url}/invitations", {"username": "charlie"})
        listed = api(alice).get(f"{league_url}/invitations").json()["items"]
        assert [(row["username"], row["email"]) for row in listed] == [
            ("charlie", ""),
            (None, ADDRESS),
        ]

    def test_the_token_is_only_in_the_email(self, api, alice, league_url):
        data = api(alice).post(f"{league_url}/invitations", {"email": ADDRESS})
        assert Invitation.objects.get().token not in data.content.decode()

    def test_invitations_can_be_filtered_by_state(self, api, alice, league_url, to_charlie):
        totals = [
            api(alice).get(f"{league_url}/invitations?state={state}").json()["total"]
            for state in ("pending", "declined")
        ]
        assert totals == [1, 0]
        assert api(alice).get(f"{league_url}/invitations?state=nonsense").status_code == 400

    def test_managers_cancel_an_invitation_once(self, api, alice, league_url, to_charlie):
        address = f"{league_url}/invitations/{to_charlie}"
        assert api(alice).delete(address).json()["state"] == "cancelled"
        again = api(alice).delete(address)
        assert (again.status_code, error(again)["code"]) == (409, "invitation_cancelled")

    def test_an_invitation_of_another_league_is_not_found(self, api, alice, season, to_charlie):
        own = create_league(creator=alice, season=season, name="Others", now=FOUNDED_AT)
        answers = [api(alice).delete(f"/api/v1/leagues/{own.pk}/invitations/{pk}") for pk in (to_charlie, 999_999)]
        assert [response.status_code for response in answers] == [404, 404]
        assert error(answers[0])["message"] == error(answers[1])["message"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "non_field_errors"),
            ({"username": "charlie", "email": ADDRESS}, "non_field_errors"),
            ({"username": "nobody"}, "username"),
            ({"email": "nonsense"}, "email"),
        ],
    )
    def test_invalid_input_names_the_field(self, api, alice, charlie, league_url, body, field):
        response = api(alice).post(f"{league_url}/invitations", body)
        assert (response.status_code, list(error(response)["fields"])) == (400, [field])

    def test_unknown_and_hidden_people_get_the_same_response(self, api, alice, charlie, league_url):
        errors = []
        for hide in (lambda: User.objects.filter(pk=charlie.pk).update(found_by_name=False), charlie.delete):
            hide()
            response = api(alice).post(f"{league_url}/invitations", {"username": "charlie"})
            data = error(response) | {"request_id": ""}
            errors.append((response.status_code, data, api(alice).get(f"{league_url}/invitations").json()))
        assert errors[0] == errors[1]
        assert (errors[0][0], errors[0][2]["total"]) == (400, 0)

    def test_addresses_with_and_without_an_account_get_the_same_response(self, api, alice, charlie, league_url):
        errors = []
        for address in (ADDRESS, "nobody@example.org"):
            response = api(alice).post(f"{league_url}/invitations", {"email": address})
            errors.append((response.status_code, response.json() | {"id": 0, "email": ""}))
        assert errors[0] == errors[1]

    @pytest.mark.parametrize(("method", "tail"), [("get", ""), ("post", ""), ("delete", "/1")])
    def test_others_cannot_manage_invitations(self, api, bob, charlie, league_url, method, tail):
        answers = [getattr(api(user), method)(f"{league_url}/invitations{tail}") for user in (bob, charlie, None)]
        assert [response.status_code for response in answers] == [403, 404, 401]


class TestInvited:
    def test_an_invited_user_finds_and_accepts_the_invitation(self, api, charlie, league, to_charlie):
        (data,) = api(charlie).get(MINE).json()["items"]
        assert (data["id"], data["league"]["name"], data["invited_by"]) == (to_charlie, "Alpine Friends", "alice")
        response = api(charlie).post(f"{MINE}/{to_charlie}/accept", {"constructor_name": "Charlie GP"})
        assert (response.status_code, response.json()["role"]) == (201, "member")
        assert api(charlie).get(MINE).json()["items"] == []

    def test_an_invited_user_declines(self, api, charlie, league, to_charlie):
        assert api(charlie).post(f"{MINE}/{to_charlie}/decline").status_code == 204
        response = api(charlie).post(f"{MINE}/{to_charlie}/accept")
        assert (response.status_code, error(response)["code"]) == (409, "invitation_declined")
        assert not is_member(charlie, league)

    @pytest.mark.parametrize("what", ["accept", "decline"])
    def test_an_invitation_for_someone_else_is_not_found(self, api, bob, to_charlie, what):
        answers = [api(bob).post(f"{MINE}/{pk}/{what}") for pk in (to_charlie, 999_999)]
        assert [response.status_code for response in answers] == [404, 404]
        assert error(answers[0])["message"] == error(answers[1])["message"]

    def test_the_token_lets_the_owner_of_the_address_join(self, api, bob, charlie, league, token):
        other = api(bob).post(f"{MINE}/accept", {"token": token})
        assert (other.status_code, error(other)["code"]) == (403, "not_allowed")
        assert api(charlie).post(f"{MINE}/accept", {"token": token}).status_code == 201
        assert is_member(charlie, league)

    def test_an_emailed_invitation_is_declined_by_its_token(self, api, charlie, token):
        assert api(charlie).post(f"{MINE}/decline", {"token": token}).status_code == 204
        assert Invitation.objects.get().state == "declined"

    def test_an_unknown_token_is_not_found(self, api, charlie, to_charlie):
        others = Invitation.objects.get().token
        for token in ("nonsense", others[:-1]):
            assert api(charlie).post(f"{MINE}/accept", {"token": token}).status_code == 404

    def test_expired_invitations_are_not_listed(self, api, charlie, to_charlie, at):
        at(FOUNDED_AT + timedelta(days=14))
        assert api(charlie).get(MINE).json()["items"] == []


class TestMembers:
    def test_a_manager_removes_a_member(self, api, alice, bob, league, league_url):
        assert api(bob).delete(f"{league_url}/members/{alice.pk}").status_code == 403
        assert api(alice).delete(f"{league_url}/members/{bob.pk}").status_code == 204
        assert not is_member(bob, league)
        assert api(alice).delete(f"{league_url}/members/{bob.pk}").status_code == 404


class TestArchiving:
    def test_the_manager_archives_the_league(self, api, alice, bob, charlie, league_url):
        assert [api(user).post(f"{league_url}/archive").status_code for user in (bob, charlie)] == [403, 404]
        data = api(alice).post(f"{league_url}/archive").json()
        assert data["archived_at"] == FOUNDED_AT.isoformat().replace("+00:00", "Z")
        assert api(alice).post(f"{league_url}/archive").status_code == 409


class TestVersionsOfSettings:
    def test_new_settings_apply_from_the_next_draft(self, api, alice, open_draft, league_url, at):
        at(DRAFTING_AT)
        api(alice).post(f"{league_url}/settings", {"method": "snake"})
        data = [api(alice).get(f"{league_url}/settings/{which}").json() for which in ("current", "next")]
        assert [(version["number"], version["method"]) for version in data] == [(1, "sequential"), (2, "snake")]

    def test_before_the_first_draft_both_are_the_same(self, api, alice, bob, charlie, league_url):
        data = [api(bob).get(f"{league_url}/settings/{which}").json() for which in ("current", "next")]
        assert data[0] == data[1]
        assert {api(charlie).get(f"{league_url}/settings/{which}").status_code for which in ("current", "next")} == {
            404
        }


def test_leagues_are_listed_by_season(api, alice, league):
    totals = [api(alice).get(f"/api/v1/leagues?season={year}").json()["total"] for year in (2025, 2024)]
    assert totals == [1, 0]


def test_a_league_can_be_seen_by_its_code_before_joining(api, league, alice):
    for client in (api(), api(alice)):
        seen = client.get(f"/api/v1/leagues/join/{league.code.lower()}").json()
        assert seen["name"] == "Alpine Friends"
        assert (seen["manager"], seen["members"]) == ("alice", ["alice", "bob"])
        assert (seen["players"], seen["capacity"], seen["is_full"]) == (2, 11, False)
        assert seen["settings"]["picks_per_race"] == 2
    assert api().get("/api/v1/leagues/join/NOSUCH22").status_code == 404
