"""Notifications to members: new roles, transfer of the management, removal."""

import pytest

from leagues.models import League
from leagues.services import cancel_invitation, invite, leave_league, remove_member, set_role, transfer_management
from notifications.kinds import Recipient, get_message
from tests.support.cast import FOUNDED_AT
from tests.support.factories import UserFactory


def notifications_of(user):
    return [
        (notification.title, notification.body, notification.url) for notification in user.notifications.order_by("pk")
    ]


@pytest.fixture
def administrator(db):
    return UserFactory.create(username="root", is_superuser=True)


def test_a_new_co_manager_is_notified_of_what_they_can_do(league, alice, bob):
    set_role(league=league, by=alice, user=bob, role="co_manager")
    body = "alice gave you this role. You can change the rules and use the commissioner tools in drafts."
    assert notifications_of(bob) == [
        ("You are now a co-manager of “Alpine Friends”", body, f"/leagues/{league.pk}/members/")
    ]
    assert notifications_of(alice) == []


def test_a_member_is_notified_of_losing_the_co_manager_role(league, alice, bob):
    for role in ("co_manager", "co_manager", "member", "member"):
        set_role(league=league, by=alice, user=bob, role=role)
    assert [title for title, _, _ in notifications_of(bob)] == [
        "You are now a co-manager of “Alpine Friends”",
        "You are no longer a co-manager of “Alpine Friends”",
    ]


def test_the_new_manager_is_notified_but_not_the_one_who_transferred(league, alice, bob):
    transfer_management(league=league, by=alice, to=bob)
    assert [title for title, _, _ in notifications_of(bob)] == ["You now manage “Alpine Friends”"]
    assert notifications_of(alice) == []


def test_transferring_to_oneself_sends_no_notification(league, alice, bob):
    transfer_management(league=league, by=alice, to=alice)
    assert notifications_of(alice) == notifications_of(bob) == []


def test_if_an_administrator_does_it_both_are_notified_without_a_name(league, alice, bob, administrator):
    transfer_management(league=league, by=administrator, to=bob)
    assert notifications_of(alice)[0][1].startswith("An administrator gave you this role.")
    assert notifications_of(bob)[0][1].startswith("An administrator made you the manager.")


def test_a_removed_member_is_notified_with_a_link_to_their_leagues(client, league, alice, bob):
    remove_member(league=league, by=alice, user=bob, now=FOUNDED_AT)
    ((title, body, url),) = notifications_of(bob)
    assert title == "You are no longer in “Alpine Friends”"
    assert body == "alice removed you from the league. Your picks and points stay in its history."
    client.force_login(bob)
    assert client.get(url).status_code == 200


def test_leaving_sends_no_notification(league, bob):
    leave_league(user=bob, league=league, now=FOUNDED_AT)
    assert notifications_of(bob) == []


class TestWhetherItIsStillTrue:
    """What is asked before e-mail and push are sent."""

    def is_current(self, user, now=FOUNDED_AT):
        notification = user.notifications.latest("pk")
        message = get_message(kind=notification.kind, message=notification.message)
        assert message is not None
        return message.is_current(Recipient(user, notification.params, now))

    def test_an_invitation_is_dropped_once_it_cannot_be_answered(self, league, alice, charlie):
        invitation = invite(league=league, by=alice, username="charlie", now=FOUNDED_AT)
        assert self.is_current(charlie)
        assert not self.is_current(charlie, invitation.expires_at)
        cancel_invitation(invitation=invitation, by=alice, now=FOUNDED_AT)
        assert not self.is_current(charlie)

    def test_a_new_role_is_dropped_once_the_member_has_left(self, league, alice, bob):
        set_role(league=league, by=alice, user=bob, role="co_manager")
        assert self.is_current(bob)
        leave_league(user=bob, league=league, now=FOUNDED_AT)
        assert not self.is_current(bob)

    def test_a_removal_is_told_although_the_member_has_left(self, league, alice, bob):
        remove_member(league=league, by=alice, user=bob, now=FOUNDED_AT)
        assert self.is_current(bob)


def test_a_name_in_a_title_stands_in_quotes_and_makes_no_link(league, alice, charlie):
    League.objects.filter(pk=league.pk).update(name="Visit http://evil.example NOW")
    invite(league=league, by=alice, username="charlie", now=FOUNDED_AT)
    ((title, _, _),) = notifications_of(charlie)
    assert title == "“alice” invites you to “Visit http: //evil\N{ONE DOT LEADER}example NOW”"
