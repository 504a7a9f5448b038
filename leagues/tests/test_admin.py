"""The admin of leagues, as a manager uses it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from accounts.models import User
from leagues.models import Invitation
from leagues.selectors import current_settings, membership_of
from leagues.services import cancel_invitation, invite, join_league, set_role
from notifications.models import OutgoingEmail
from tests.support.cast import FOUNDED_AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def alices_admin(client, alice, league):
    client.force_login(alice)
    return client


def act(league, name):
    return reverse("admin:leagues_league_act", args=[league.pk, name])


def choose(client, action, *chosen, **more):
    post = {"action": action, "_selected_action": [row.pk for row in chosen], **more}
    return client.post(reverse("admin:leagues_membership_changelist"), post, follow=True)


def role_of(user, league):
    return league.memberships.get(user=user, left_at=None).role


class TestTheLeague:
    def test_a_manager_renames_the_league_and_the_admin_history_records_it(self, alices_admin, league):
        alices_admin.post(act(league, "change"), {"name": "Apex", "visibility": "public", "capacity": 8})
        league.refresh_from_db()
        assert (league.name, league.visibility, league.capacity) == ("Apex", "public", 8)
        assert LogEntry.objects.get().get_change_message() == "The league is saved."

    def test_an_impossible_capacity_is_refused_and_keeps_the_input(self, alices_admin, league):
        response = alices_admin.post(act(league, "change"), {"name": "Apex", "visibility": "public", "capacity": 1})
        assert response.status_code == 422
        assert "2 players are in this league already." in response.content.decode()
        assert 'value="Apex"' in response.content.decode()
        league.refresh_from_db()
        assert league.name == "Alpine Friends"

    def test_a_manager_changes_the_next_settings(self, alices_admin, league):
        page = alices_admin.get(act(league, "settings"))
        values = {name: value for name, value in page.context["form"].initial.items() if value not in (None, False)}
        alices_admin.post(act(league, "settings"), {**values, "method": "snake"})
        assert (current_settings(league).number, current_settings(league).method) == (2, "snake")


class TestMembers:
    def test_a_manager_promotes_and_demotes_a_co_manager(self, alices_admin, league, bob):
        choose(alices_admin, "make_co_manager", membership_of(bob, league))
        assert role_of(bob, league) == "co_manager"
        choose(alices_admin, "make_member", membership_of(bob, league))
        assert role_of(bob, league) == "member"
        assert LogEntry.objects.count() == 2

    def test_transferring_the_management_asks_for_confirmation(self, alices_admin, league, alice, bob):
        page = choose(alices_admin, "hand_over", membership_of(bob, league))
        assert "Make this member the manager of the league?" in page.content.decode()
        assert role_of(bob, league) == "member"
        choose(alices_admin, "hand_over", membership_of(bob, league), confirmed="yes")
        assert (role_of(bob, league), role_of(alice, league)) == ("manager", "co_manager")

    def test_removing_a_member_asks_for_confirmation(self, alices_admin, league, bob):
        choose(alices_admin, "remove", membership_of(bob, league))
        assert membership_of(bob, league) is not None
        choose(alices_admin, "remove", membership_of(bob, league), confirmed="yes")
        assert membership_of(bob, league) is None

    def test_a_co_manager_cannot_take_over_the_league(self, client, league, alice, bob, charlie):
        set_role(league=league, by=alice, user=bob, role="co_manager")
        join_league(user=charlie, league=league, now=FOUNDED_AT)
        client.force_login(bob)
        page = choose(client, "hand_over", membership_of(bob, league), confirmed="yes")
        assert "Only the league&#x27;s manager can do this." in page.content.decode()
        assert role_of(alice, league) == "manager"


class TestInvitations:
    @pytest.fixture(autouse=True)
    def before_the_season(self, at):
        at(FOUNDED_AT)

    @pytest.fixture
    def to_charlie(self, league, alice, charlie):
        return invite(league=league, by=alice, username="charlie", now=FOUNDED_AT)

    @pytest.mark.parametrize("who", ["charlie", "friend@example.org"])
    def test_a_manager_invites_by_name_or_address_and_the_admin_history_records_it(
        self, alices_admin, league, charlie, who
    ):
        page = alices_admin.post(act(league, "invite"), {"who": who}, follow=True).content.decode()
        assert f"Invited {who}." in page
        assert "1 pending invitation" in page
        invitation = Invitation.objects.get()
        assert str(invitation.user or invitation.email) == who
        assert {email.site for email in OutgoingEmail.objects.all()} == ({"http://testserver"} if "@" in who else set())
        assert LogEntry.objects.get().get_change_message() == f"Invited {who}."

    def test_unknown_and_hidden_people_get_the_same_refusal(self, alices_admin, league, charlie):
        messages = []
        for hide in (lambda: User.objects.filter(pk=charlie.pk).update(found_by_name=False), charlie.delete):
            hide()
            answer = alices_admin.post(act(league, "invite"), {"who": "charlie"})
            messages.append((answer.status_code, answer.context["form"].errors))
        assert messages[0] == messages[1]
        assert messages[0][0] == 422
        assert not Invitation.objects.exists()

    def test_a_manager_cancels_an_invitation_on_its_page(self, alices_admin, to_charlie):
        alices_admin.post(reverse("admin:leagues_invitation_act", args=[to_charlie.pk, "cancel"]))
        to_charlie.refresh_from_db()
        assert to_charlie.state == "cancelled"
        assert LogEntry.objects.get().get_change_message() == "The invitation is cancelled."

    def test_cancelling_in_the_list_asks_for_confirmation(self, alices_admin, league, alice, to_charlie):
        other = invite(league=league, by=alice, email="friend@example.org", now=FOUNDED_AT)
        post = {"action": "cancel", "_selected_action": [to_charlie.pk, other.pk]}
        changelist = reverse("admin:leagues_invitation_changelist")
        assert "Cancel these invitations?" in alices_admin.post(changelist, post).content.decode()
        assert Invitation.objects.pending().count() == 2
        alices_admin.post(changelist, {**post, "confirmed": "yes"})
        assert not Invitation.objects.pending().exists()
        assert LogEntry.objects.count() == 2

    def test_answered_invitations_are_refused_and_the_others_cancelled(self, alices_admin, league, alice, to_charlie):
        other = invite(league=league, by=alice, email="friend@example.org", now=FOUNDED_AT)
        cancel_invitation(invitation=other, by=alice, now=FOUNDED_AT)
        post = {"action": "cancel", "_selected_action": [to_charlie.pk, other.pk], "confirmed": "yes"}
        page = alices_admin.post(reverse("admin:leagues_invitation_changelist"), post, follow=True).content.decode()
        assert "to Alpine Friends: This invitation is cancelled." in page
        assert not Invitation.objects.pending().exists()

    def test_the_token_of_the_email_is_not_shown(self, alices_admin, admin_client, league, alice):
        by_mail = invite(league=league, by=alice, email="friend@example.org", now=FOUNDED_AT)
        for client in (alices_admin, admin_client):
            for address in ("changelist", "change", "history"):
                args = [] if address == "changelist" else [by_mail.pk]
                page = client.get(reverse(f"admin:leagues_invitation_{address}", args=args)).content.decode()
                assert "friend@example.org" in page
                assert by_mail.token not in page

    def test_the_list_is_filtered_and_searched(self, alices_admin, league, to_charlie):
        changelist = reverse("admin:leagues_invitation_changelist")
        found = {
            query: alices_admin.get(f"{changelist}?{query}").content.decode().count("field-whom")
            for query in ("q=charlie", "q=dora", "state__exact=pending", "state__exact=declined")
        }
        assert list(found.values()) == [1, 0, 1, 0]


def test_a_system_check_finds_an_unscoped_admin():
    from leagues import league_scoped_admin

    class Bare:
        pass

    assert [problem.id for problem in league_scoped_admin._problems(Bare())] == ["leagues.E001"]
