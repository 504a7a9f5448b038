"""The API of constructors: list your own, retrieve any, rename."""

import pytest

from leagues.services import create_league, leave_league
from tests.support.cast import FOUNDED_AT
from tests.support.stories import with_bot

pytestmark = pytest.mark.django_db

CONSTRUCTORS = "/api/v1/constructors"


def test_users_see_their_own_constructors(api, alice, alices, bobs):
    data = api(alice).get(CONSTRUCTORS).json()["items"]
    assert [(row["id"], row["name"], row["player"]) for row in data] == [(alices.pk, "Alice Racing", "alice")]


def test_constructors_can_be_filtered_by_league(api, alice, alices, season, django_assert_max_num_queries):
    other = create_league(creator=alice, season=season, name="Other", now=FOUNDED_AT)
    client = api(alice)  # sign in outside of the query count
    with django_assert_max_num_queries(3):
        assert client.get(CONSTRUCTORS).json()["total"] == 2
    data = api(alice).get(f"{CONSTRUCTORS}?league_id={other.pk}").json()["items"]
    assert [constructor["league"]["name"] for constructor in data] == ["Other"]


def test_a_filter_by_a_league_of_others_gives_none(api, alice, alices):
    assert api(alice).get(f"{CONSTRUCTORS}?league_id=999999").json()["items"] == []


@pytest.mark.parametrize("league_id", ["x", "0", "%00", str(2**63)])
def test_an_invalid_league_is_refused(api, alice, alices, league_id):
    assert api(alice).get(f"{CONSTRUCTORS}?league_id={league_id}").status_code == 400


def test_a_visitor_is_refused(api, alices):
    assert api().get(CONSTRUCTORS).status_code == 401


def test_members_see_each_others_constructors_and_strangers_do_not(api, bob, charlie, alices):
    assert api(bob).get(f"{CONSTRUCTORS}/{alices.pk}").json()["league"]["name"] == "Alpine Friends"
    answers = [api(charlie).get(f"{CONSTRUCTORS}/{pk}") for pk in (alices.pk, 999_999)]
    assert [response.status_code for response in answers] == [404, 404]
    assert len({response.json()["error"]["message"] for response in answers}) == 1


def test_a_player_sees_the_constructors_of_another_player_in_common_leagues(api, alice, bob, bobs, season):
    create_league(creator=bob, season=season, name="Private", now=FOUNDED_AT)
    create_league(creator=bob, season=season, name="Public", visibility="public", now=FOUNDED_AT)
    rows = api(alice).get(f"{CONSTRUCTORS}?user_id={bob.pk}").json()["items"]
    assert {(row["league"]["name"], row["user_id"]) for row in rows} == {("Alpine Friends", bob.pk), ("Public", bob.pk)}


def test_all_constructors_of_a_league_are_listed(api, bob, charlie, alices, bobs):
    with_bot(alices.league)
    address = f"/api/v1/leagues/{alices.league_id}/constructors"
    rows = api(bob).get(address).json()["items"]
    assert [(row["user_id"], row["is_bot"]) for row in rows] == [
        (alices.owner_id, False),
        (bobs.owner_id, False),
        (None, True),
    ]
    assert api(charlie).get(address).status_code == 404


def test_members_come_with_their_constructors(api, bob, alices, bobs, django_assert_max_num_queries):
    client = api(bob)
    with django_assert_max_num_queries(4):
        members = client.get(f"/api/v1/leagues/{alices.league_id}/members").json()["items"]
    assert [(member["user_id"], member["constructor_id"]) for member in members] == [
        (alices.owner_id, alices.pk),
        (bobs.owner_id, bobs.pk),
    ]


def test_a_member_with_a_new_role_comes_with_their_constructor(api, alice, bobs):
    address = f"/api/v1/leagues/{bobs.league_id}/members/{bobs.owner_id}"
    member = api(alice).patch(address, {"role": "co_manager"}).json()
    assert (member["role"], member["constructor_id"]) == ("co_manager", bobs.pk)


def test_a_player_renames_their_constructor(api, alice, alices):
    assert api(alice).patch(f"{CONSTRUCTORS}/{alices.pk}", {"name": "  Scuderia  Alice "}).status_code == 200
    assert api(alice).get(f"{CONSTRUCTORS}/{alices.pk}").json()["name"] == "Scuderia Alice"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("", 400),
        ("x" * 41, 400),
        (None, 400),
        ({"a": 1}, 400),
        ("\u202eevil", 400),
        ("\x00", 400),
        ("bob motorsport", 409),
    ],
)
def test_an_invalid_name_is_refused(api, alice, alices, bobs, name, status):
    assert api(alice).patch(f"{CONSTRUCTORS}/{alices.pk}", {"name": name}).status_code == status


def test_others_cannot_rename_it(api, bob, charlie, alices):
    assert api(bob).patch(f"{CONSTRUCTORS}/{alices.pk}", {"name": "Loser"}).status_code == 403
    assert api(charlie).patch(f"{CONSTRUCTORS}/{alices.pk}", {"name": "Loser"}).status_code == 404
    assert api().patch(f"{CONSTRUCTORS}/{alices.pk}", {"name": "Loser"}).status_code == 401


def test_a_former_member_has_no_constructor(api, bob, bobs, league):
    leave_league(user=bob, league=league, now=FOUNDED_AT)
    assert api(bob).get(CONSTRUCTORS).json()["items"] == []
    assert api(bob).get(f"{CONSTRUCTORS}/{bobs.pk}").status_code == 404
