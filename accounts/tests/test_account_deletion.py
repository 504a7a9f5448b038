"""Account deletion and what happens to leagues and picks; data export; discoverability; invitations in the admin."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import services
from accounts.models import AccountInvitation, User
from constructors.models import Constructor
from core import clock
from drafts.models import Pick
from leagues.models import Membership
from leagues.services import create_league, set_role
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.factories import PASSWORD, UserFactory
from tests.support.stories import joined, pick

pytestmark = pytest.mark.django_db

DELETE = reverse("accounts:delete_account")


@pytest.fixture(autouse=True)
def alices_password(alice):
    alice.set_password(PASSWORD)
    alice.save()


def delete(user):
    services.delete_account(user=user, password=PASSWORD, now=DRAFTING_AT)


def manager_of(league):
    return Membership.objects.active().get(league=league, role=Membership.Role.MANAGER).user


def test_a_league_passes_to_the_longest_standing_member(league, alice, bob):
    joined(league, at=FOUNDED_AT + timedelta(days=1))
    delete(alice)
    assert manager_of(league) == bob
    assert not User.objects.filter(username="alice").exists()


def test_a_co_manager_inherits_the_league_first(league, alice, bob):
    emil = UserFactory.create(username="emil")
    joined(league, emil, at=FOUNDED_AT + timedelta(days=1))
    set_role(league=league, by=alice, user=emil, role=Membership.Role.CO_MANAGER)
    delete(alice)
    assert manager_of(league) == emil


def test_a_league_without_other_members_is_archived(season, alice):
    league = create_league(creator=alice, season=season, name="Alone", now=FOUNDED_AT)
    delete(alice)
    league.refresh_from_db()
    assert (league.archived_at, league.creator) == (DRAFTING_AT, None)


def test_picks_of_a_deleted_account_belong_to_a_former_player(open_draft, alice, alices):
    pick(open_draft, alices, "driver_1")
    delete(alice)
    alices.refresh_from_db()
    assert (alices.player, alices.left_at) == ("former player", DRAFTING_AT)
    assert Pick.objects.filter(slot__constructor=alices).count() == 1


def test_deleting_an_account_requires_the_password(client, league, alice):
    client.force_login(alice)
    assert client.post(DELETE, {"password": "wrong"}).status_code == 422
    assert User.objects.filter(username="alice").exists()
    assert client.post(DELETE, {"password": PASSWORD}).headers["Location"] == reverse("home")
    assert "_auth_user_id" not in client.session
    assert not Constructor.objects.filter(owner__username="alice").exists()


def test_the_only_administrator_cannot_delete_their_account(client, alice):
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    client.force_login(alice)
    response = client.post(DELETE, {"password": PASSWORD})
    assert (response.status_code, "only administrator" in response.text) == (422, True)


def test_an_export_contains_only_the_users_own_data(client, open_draft, alice, bob):
    client.force_login(alice)
    response = client.get(reverse("accounts:own_data"))
    data = response.json()
    assert data["account"]["email"] == "alice@example.org"
    assert [membership["league"] for membership in data["leagues"]] == ["Alpine Friends"]
    assert [constructor["name"] for constructor in data["constructors"]] == ["Alice Racing"]
    assert "bob" not in response.content.decode().lower()
    assert alice.password not in response.content.decode()


def test_a_profile_is_edited_on_its_page(client, alice):
    client.force_login(alice)
    client.post(reverse("accounts:about_me"), {"bio": " Fast \n since 1950 ", "found_by_email": "on"})
    alice.refresh_from_db()
    saved = (alice.bio, alice.discoverable, alice.found_by_name, alice.found_by_email)
    assert saved == ("Fast\nsince 1950", False, False, True)


@pytest.mark.parametrize(
    ("switches", "seen", "by_name", "by_email"),
    [
        ({}, 200, 1, 0),
        ({"found_by_email": True}, 200, 1, 1),
        ({"found_by_name": False}, 200, 0, 0),
        ({"discoverable": False, "found_by_email": True}, 404, 0, 0),
        ({"is_active": False, "found_by_email": True}, 404, 0, 0),
    ],
)
def test_people_are_found_only_in_the_ways_they_allow(api, alice, bob, switches, seen, by_name, by_email):
    User.objects.filter(pk=bob.pk).update(**switches)
    client = api(alice)
    assert client.get(f"/api/v1/users/{bob.pk}").status_code == seen
    found = [client.get("/api/v1/users", query).json()["total"] for query in ({"name": "BOB"}, {"email": bob.email})]
    assert found == [by_name, by_email]


def test_a_search_ignores_surrounding_spaces_and_a_blank_search_finds_nobody(api, alice, bob):
    found = [api(alice).get("/api/v1/users", {"name": name}).json()["total"] for name in (" bob ", " ", "\x1e")]
    assert found == [1, 0, 0]


def test_others_see_only_the_public_profile(api, alice, bob):
    response = api(alice).get(f"/api/v1/users/{bob.pk}").json()
    avatar = {"initials": "B", "mark_colour": None, "mark_badge": ""}
    assert response == {"id": bob.pk, "username": "bob", "display_name": "", "bio": "", **avatar}
    assert api(alice).get("/api/v1/users").json()["total"] == 0
    assert api().get(f"/api/v1/users/{bob.pk}").status_code == 401


def test_an_administrator_creates_invitations(client, admin_user):
    client.force_login(admin_user)
    client.post(reverse("admin:accounts_accountinvitation_add"), {"email": "new@example.org"})
    invitation = AccountInvitation.objects.get()
    page = client.get(reverse("admin:accounts_accountinvitation_change", args=[invitation.pk]))
    assert "/accounts/sign-up/?invitation=" in page.text
    assert (invitation.invited_by, invitation.expires_at > clock.now()) == (admin_user, True)
