"""Display names: any script, with spaces, unique among the members of a league."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.services import change_display_name
from core.errors import Invalid, Refused
from leagues.models import Membership
from leagues.services import invite, join_league, leave_league
from scoring.services import rank_league
from tests.support.cast import FOUNDED_AT
from tests.support.stories import joined


@pytest.mark.parametrize("name", ["Anna Maria", "Łukasz Ś.", "李 娜", "علي حسن", "O'Brien"])
def test_a_name_can_have_spaces_and_any_script(client, league, bob, name):
    change_display_name(user=bob, display_name=f"  {name} ")
    bob.refresh_from_db()
    assert (bob.shown_name, bob.username) == (name, "bob")


@pytest.mark.parametrize("name", ["Ann\u202eA", "x" * 41])
def test_a_name_that_misleads_or_is_too_long_is_refused(alice, name):
    with pytest.raises(Invalid):
        change_display_name(user=alice, display_name=name)


def test_the_user_name_of_somebody_else_is_refused(alice, charlie):
    with pytest.raises(Refused, match="user name of another player"):
        change_display_name(user=alice, display_name="CHARLIE")
    change_display_name(user=alice, display_name="Alice")


@pytest.mark.parametrize("name", ["Anna Bell", "ANNA  bell", "\uff21nna Bell"])
def test_two_members_of_a_league_cannot_look_alike(league, alice, bob, name):
    change_display_name(user=alice, display_name="Anna Bell")
    with pytest.raises(Refused, match="already called"):
        change_display_name(user=bob, display_name=name)
    assert bob.shown_name == "bob"
    bob.refresh_from_db()
    assert bob.shown_name == "bob"


def test_in_different_leagues_they_can(league, alice, charlie):
    for user in (alice, charlie):
        change_display_name(user=user, display_name="Anna Bell")
    with pytest.raises(Refused) as refused:
        join_league(user=charlie, league=league, now=FOUNDED_AT)
    assert refused.value.code == "name_taken"


def test_a_name_is_free_again_once_its_member_has_left(league, alice, bob):
    change_display_name(user=bob, display_name="Anna Bell")
    leave_league(user=bob, league=league, now=FOUNDED_AT)
    change_display_name(user=alice, display_name="Anna Bell")


def test_the_database_holds_it_too(league, alice, bob):
    key = Membership.objects.get(user=alice).name_key
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=bob).update(name_key=key)


def test_others_see_the_name(client, api, league, alice, bob):
    change_display_name(user=bob, display_name="Bob the Great")
    client.force_login(alice)
    assert "Bob the Great" in client.get(reverse("leagues:members", args=[league.pk])).text
    members = api(alice).get(f"/api/v1/leagues/{league.pk}/members").json()["items"]
    assert [(member["username"], member["display_name"]) for member in members] == [
        ("alice", "alice"), ("bob", "Bob the Great"),
    ]  # fmt: skip


def test_the_lobby_and_the_invitation_page_show_the_names(client, at, league, alice, bob, charlie):
    at(FOUNDED_AT)
    change_display_name(user=alice, display_name="Anna Bell")
    change_display_name(user=charlie, display_name="Karl Lang")
    invite(league=league, by=alice, username="charlie", now=FOUNDED_AT)
    client.force_login(bob)
    assert "Karl Lang" in client.get(reverse("drafts:lobby", args=[league.pk])).text
    client.logout()
    assert "Anna Bell" in client.get(reverse("pages:invitation", args=[league.code])).text


def test_a_constructor_is_named_after_it(league, charlie):
    change_display_name(user=charlie, display_name="Karl Lang")
    assert joined(league, charlie).name == "Karl Lang"


def test_the_standings_show_the_name(api, league, alice, bob):
    rank_league(league=league)
    change_display_name(user=bob, display_name="Bob the Great")
    rows = api(alice).get(f"/api/v1/leagues/{league.pk}/leaderboard").json()["items"]
    assert "Bob the Great" in {row["player"] for row in rows}


class TestTheProfile:
    def test_it_saves_the_name(self, client, bob):
        client.force_login(bob)
        page = client.post(reverse("accounts:display_name"), {"display_name": "Bob the Great"}, follow=True)
        assert "Others see you as “Bob the Great”." in page.text

    def test_a_refused_name_is_shown_at_its_field_and_nowhere_else(self, client, league, alice, bob):
        change_display_name(user=alice, display_name="Anna Bell")
        client.force_login(bob)
        page = client.post(reverse("accounts:display_name"), {"display_name": "anna bell"})
        assert page.status_code == 422
        assert "already called" in page.text
        assert page.text.count("anna bell") == 2  # in the field and in the sentence

    def test_apps_save_it(self, api, bob):
        response = api(bob).patch("/api/v1/auth/me", {"display_name": "Bob the Great"}, format="json")
        assert response.data["display_name"] == "Bob the Great"
