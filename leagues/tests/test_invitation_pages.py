"""Pages of invitations and archiving: created and cancelled by managers, answered through the e-mailed link."""

import re

import pytest
from django.urls import reverse

from accounts.models import User
from leagues.models import Invitation, League
from leagues.selectors import is_member
from leagues.services import decline_invitation, invite
from tests.support.cast import FOUNDED_AT
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db

MINE, RECEIVED = reverse("pages:my_leagues"), reverse("leagues:invitations")
# Tokens and nonces that differ on every page.
TOKEN = re.compile(r"[0-9A-Za-z]{32,}")


@pytest.fixture(autouse=True)
def before_the_season(at):
    at(FOUNDED_AT)


@pytest.fixture
def members(league):
    return reverse("leagues:members", args=[league.pk])


@pytest.fixture
def invitation(league, alice, charlie):
    return invite(league=league, by=alice, username="charlie", now=FOUNDED_AT)


def signed_in(client, user):
    client.force_login(user)
    return client


@pytest.mark.parametrize("who", ["charlie", "someone@example.org"])
def test_a_manager_invites_and_cancels(client, alice, charlie, league, members, who, settings):
    settings.HAS_MAIL_SERVER = True
    signed_in(client, alice)
    page = client.post(reverse("leagues:invite", args=[league.pk]), {"who": who}, follow=True).content.decode()
    assert f"{who} is invited." in page
    assert f"<b>{who}</b>" in page
    cancel = reverse("leagues:cancel_invitation", args=[league.pk, Invitation.objects.get().pk])
    assert f"<b>{who}</b>" not in client.post(cancel, follow=True).content.decode()


def test_without_a_mail_server_the_page_promises_no_email(client, alice, league, members):
    data = {"who": "someone@example.org"}
    page = signed_in(client, alice).post(reverse("leagues:invite", args=[league.pk]), data, follow=True).text
    assert "this site cannot send e-mail. Send them the link of the league yourself." in page


def test_an_unknown_person_is_reported_at_the_field(client, alice, league, members):
    response = signed_in(client, alice).post(reverse("leagues:invite", args=[league.pk]), {"who": "nobody"})
    assert response.status_code == 422
    assert "No player called “nobody” was found." in response.content.decode()


def test_unknown_and_hidden_people_get_the_same_page(client, alice, charlie, league, members):
    signed_in(client, alice)
    pages = []
    for hide in (lambda: User.objects.filter(pk=charlie.pk).update(found_by_name=False), charlie.delete):
        hide()
        answers = [client.post(reverse("leagues:invite", args=[league.pk]), {"who": "charlie"}), client.get(members)]
        pages.append([TOKEN.sub("", response.content.decode()) for response in answers])
    assert pages[0] == pages[1]


def test_addresses_with_and_without_an_account_get_the_same_page(client, alice, charlie, league, members):
    """Compare the two pages with the invited address removed."""
    signed_in(client, alice)
    pages = []
    for who in ("charlie@example.org", "nobody1@example.org"):
        response = client.post(reverse("leagues:invite", args=[league.pk]), {"who": who}, follow=True)
        page = TOKEN.sub("", response.content.decode()).replace(who, "")
        pk = Invitation.objects.get().pk
        pages.append(page.replace(f"/invitations/{pk}/", ""))
        Invitation.objects.all().delete()
    assert pages[0] == pages[1]


def test_a_member_sees_no_invitations(client, bob, league, members, invitation):
    page = signed_in(client, bob).get(members).content.decode()
    assert "charlie" not in page
    assert client.post(reverse("leagues:invite", args=[league.pk]), {"who": "x"}).status_code == 404
    cancel = reverse("leagues:cancel_invitation", args=[league.pk, invitation.pk])
    assert client.post(cancel).status_code == 404


def test_an_invited_user_joins(client, charlie, league, invitation):
    signed_in(client, charlie)
    page = client.get(invitation.path).content.decode()
    assert "alice invites you." in page
    client.post(invitation.path, {"constructor_name": "Charlie GP"})
    assert is_member(charlie, league)
    assert "This invitation is already accepted." in client.get(invitation.path).content.decode()


def test_an_invited_user_declines(client, charlie, league, invitation):
    page = signed_in(client, charlie).post(invitation.path, {"decline": "1"}, follow=True).content.decode()
    assert "You have declined the invitation" in page
    assert not is_member(charlie, league)


def test_a_refusal_is_shown_above_the_form(client, charlie, league, invitation):
    League.objects.update(capacity=2)
    response = signed_in(client, charlie).post(invitation.path)
    assert response.status_code == 422
    assert "This league is full" in response.content.decode()


def test_the_link_of_a_user_works_for_nobody_else(client, bob, invitation):
    assert signed_in(client, bob).get(invitation.path).status_code == 404
    assert client.get("/invitations/nonsense/").status_code == 404


def test_a_visitor_is_redirected_to_sign_in(client, invitation):
    assert client.get(invitation.path).headers["Location"] == f"/accounts/sign-in/?next={invitation.path}"


def test_a_user_with_another_address_is_told_so(client, league, alice):
    by_mail = invite(league=league, by=alice, email="other@example.org", now=FOUNDED_AT)
    signed_in(client, UserFactory.create())
    assert "was sent to a different e-mail address" in client.get(by_mail.path).content.decode()
    assert client.post(by_mail.path).status_code == 422


def test_a_received_invitation_stands_on_my_leagues_and_in_the_list(client, charlie, league, invitation):
    signed_in(client, charlie)
    for address in (MINE, RECEIVED):
        page = client.get(address).text
        assert "Alpine Friends" in page
        assert f'action="{invitation.path}"' in page
    client.post(invitation.path)
    page = client.get(RECEIVED).text
    assert f'action="{invitation.path}"' not in page
    assert "Accepted" in page


def test_an_invitation_to_somebody_else_is_not_listed(client, bob, league, invitation):
    signed_in(client, bob)
    assert all(invitation.path not in client.get(address).text for address in (MINE, RECEIVED))


def test_an_invitation_that_has_expired_is_an_earlier_one(client, charlie, invitation, at):
    at(invitation.expires_at)
    page = signed_in(client, charlie).get(RECEIVED).text
    assert f'action="{invitation.path}"' not in page
    assert "Earlier invitations" in page


def test_managers_see_what_became_of_the_invitations_that_were_sent(client, alice, charlie, members, invitation):
    decline_invitation(invitation=invitation, user=charlie, now=FOUNDED_AT)
    page = signed_in(client, alice).get(members).text
    assert "Declined" in page
    assert "invited by alice" in page


def test_the_manager_archives_the_league(client, alice, bob, league):
    archive = reverse("leagues:archive", args=[league.pk])
    signed_in(client, bob).post(archive)
    assert League.objects.get().archived_at is None
    page = signed_in(client, alice).post(archive, follow=True).content.decode()
    assert "is archived" in page
    assert League.objects.get().archived_at == FOUNDED_AT
