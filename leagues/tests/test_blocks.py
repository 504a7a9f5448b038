"""Blocked people, leagues and addresses: their invitations do not arrive, and they cannot tell."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.errors import Refused
from leagues.models import Block, BlockedAddress, Invitation
from leagues.selectors import answered_invitations_to, blocks_of, invitations_to
from leagues.services import (
    block_address,
    block_league,
    block_sender,
    cancel_invitation,
    create_league,
    decline_invitation,
    invite,
    remind_invited,
    unblock,
)
from notifications.models import Notification
from notifications.services import send_due_emails
from tests.support.cast import FOUNDED_AT
from tests.support.factories import UserFactory

ADDRESS = "guest@example.org"
BLOCKS = "/api/v1/blocks"
LATER = FOUNDED_AT + timedelta(hours=1)


def invited(league, by, **whom):
    return invite(league=league, by=by, now=FOUNDED_AT, **(whom or {"username": "charlie"}))


class TestBlocking:
    def test_an_invitation_of_a_blocked_person_is_not_delivered(self, league, alice, charlie):
        block_sender(user=charlie, sender=alice, now=FOUNDED_AT)
        invited(league, alice)
        assert not Notification.objects.filter(user=charlie).exists()
        assert list(invitations_to(charlie, LATER)) == list(answered_invitations_to(charlie, LATER)) == []

    def test_nor_one_of_a_blocked_league_from_any_sender(self, league, alice, charlie):
        block_league(user=charlie, league=league, now=FOUNDED_AT)
        invited(league, alice)
        assert list(invitations_to(charlie, LATER)) == []

    def test_other_people_and_leagues_are_not_concerned(self, season, league, alice, bob, charlie):
        block_sender(user=charlie, sender=alice, now=FOUNDED_AT)
        invitation = invited(create_league(creator=bob, season=season, name="Bob's", now=FOUNDED_AT), bob)
        assert list(invitations_to(charlie, LATER)) == [invitation]

    def test_the_sender_cannot_tell(self, api, league, alice, charlie, at):
        at(FOUNDED_AT)
        UserFactory.create(username="dora")
        block_sender(user=charlie, sender=alice, now=FOUNDED_AT)
        address = f"/api/v1/leagues/{league.pk}/invitations"
        answers = [api(alice).post(address, {"username": name}) for name in ("charlie", "dora")]
        assert [answer.status_code for answer in answers] == [201, 201]
        blocked, other = (answer.json() | {"id": 0, "username": ""} for answer in answers)
        assert blocked == other
        assert remind_invited(league=league, by=alice, now=LATER) == 2

    def test_an_invitation_that_has_arrived_disappears(self, league, alice, charlie):
        invited(league, alice)
        block_sender(user=charlie, sender=alice, now=FOUNDED_AT)
        assert list(invitations_to(charlie, LATER)) == []

    def test_one_that_was_declined_stays_in_the_list(self, league, alice, charlie):
        invitation = decline_invitation(invitation=invited(league, alice), user=charlie, now=FOUNDED_AT)
        block_sender(user=charlie, sender=alice, now=FOUNDED_AT)
        assert list(answered_invitations_to(charlie, LATER)) == [invitation]

    def test_unblocking_lets_them_through_again(self, league, alice, charlie):
        unblock(block=block_sender(user=charlie, sender=alice, now=FOUNDED_AT))
        invitation = invited(league, alice)
        assert list(invitations_to(charlie, LATER)) == [invitation]

    def test_blocking_twice_changes_nothing(self, league, alice, charlie):
        blocks = {block_sender(user=charlie, sender=alice, now=at).pk for at in (FOUNDED_AT, LATER)}
        blocks |= {block_league(user=charlie, league=league, now=at).pk for at in (FOUNDED_AT, LATER)}
        assert len(blocks) == Block.objects.count() == 2

    def test_nobody_blocks_themselves(self, alice):
        with pytest.raises(Refused, match="cannot block yourself"):
            block_sender(user=alice, sender=alice, now=FOUNDED_AT)

    @pytest.mark.parametrize("both", [True, False])
    def test_a_block_is_of_a_person_or_of_a_league(self, league, alice, charlie, both):
        what = {"blocked_user": alice, "league": league} if both else {}
        with pytest.raises(IntegrityError), transaction.atomic():
            Block.objects.create(user=charlie, created_at=FOUNDED_AT, **what)

    def test_the_next_season_of_a_blocked_league_is_blocked_too(self, league, season, alice, charlie):
        block_league(user=charlie, league=league, now=FOUNDED_AT)
        continued = create_league(creator=alice, season=season, name="Again", predecessor=league, now=FOUNDED_AT)
        invited(continued, alice)
        assert not Notification.objects.filter(user=charlie).exists()


class TestAddresses:
    def sent(self, league, alice, mailoutbox):
        """The body of the invitation's e-mail, "" if none was sent."""
        invitation = invited(league, alice, email=ADDRESS)
        send_due_emails(now=FOUNDED_AT)
        invitation.refresh_from_db()
        assert invitation.sent_at == FOUNDED_AT, "the sender cannot tell"
        cancel_invitation(invitation=invitation, by=alice, now=FOUNDED_AT)
        return mailoutbox.pop().body if mailoutbox else ""

    def stop(self, client, body, source):
        (link,) = re.findall(r"http://testserver(/invitations/stop/\S+)", body)
        assert client.get(link).status_code == 200
        return client.post(link, {"from": source}, follow=True).text

    def test_the_link_stops_invitations_of_the_league_without_signing_in(
        self, client, season, league, alice, mailoutbox
    ):
        text = self.stop(client, self.sent(league, alice, mailoutbox), "league")
        assert "Your address gets no invitations from “Alpine Friends” any more." in text
        assert self.sent(league, alice, mailoutbox) == ""
        other = create_league(creator=alice, season=season, name="Other", now=FOUNDED_AT)
        assert "Other" in self.sent(other, alice, mailoutbox)

    def test_or_of_everybody(self, client, season, league, alice, mailoutbox):
        self.stop(client, self.sent(league, alice, mailoutbox), "everybody")
        other = create_league(creator=alice, season=season, name="Other", now=FOUNDED_AT)
        assert self.sent(other, alice, mailoutbox) == ""

    def test_it_can_be_undone_with_the_same_link(self, client, league, alice, mailoutbox):
        body = self.sent(league, alice, mailoutbox)
        self.stop(client, body, "everybody")
        self.stop(client, body, "nobody")
        assert self.sent(league, alice, mailoutbox)

    def test_looking_at_the_page_blocks_nothing(self, client, league, alice, mailoutbox):
        self.stop(client, self.sent(league, alice, mailoutbox), "")
        assert not BlockedAddress.objects.exists()

    def test_a_forged_link_is_not_found(self, client, db):
        assert client.post("/invitations/stop/1:abc/", {"from": "everybody"}).status_code == 404

    def test_another_spelling_of_the_address_is_blocked_too(self, league, alice, mailoutbox):
        block_address(address=ADDRESS.upper(), league=None, now=FOUNDED_AT)
        assert self.sent(league, alice, mailoutbox) == ""

    def test_who_has_blocked_the_sender_gets_no_email_either(self, league, alice, mailoutbox):
        guest = UserFactory.create(email=ADDRESS)
        block_sender(user=guest, sender=alice, now=FOUNDED_AT)
        assert self.sent(league, alice, mailoutbox) == ""

    def test_the_address_is_not_stored(self, league, alice):
        block_address(address=ADDRESS, league=league, now=FOUNDED_AT)
        assert "guest" not in str(BlockedAddress.objects.values().get())


class TestPages:
    @pytest.fixture
    def page(self, client, league, alice, charlie, at):
        at(FOUNDED_AT)
        invitation = invited(league, alice)
        client.force_login(charlie)
        assert reverse("leagues:block", args=[invitation.token]) in client.get(invitation.path).text
        return reverse("leagues:block", args=[invitation.token])

    @pytest.mark.parametrize(("what", "name"), [("sender", "alice"), ("league", "Alpine Friends")])
    def test_the_invitation_page_blocks_and_the_list_unblocks(self, client, page, charlie, what, name):
        assert f"<b>{name}</b>" in client.post(page, {"what": what}, follow=True).text
        assert client.post(reverse("leagues:unblock", args=[blocks_of(charlie).get().pk])).status_code == 302
        assert "You have blocked nobody" in client.get(reverse("leagues:blocks")).text

    def test_blocks_of_others_are_not_found(self, client, page, alice, bob):
        block = block_sender(user=bob, sender=alice, now=FOUNDED_AT)
        assert client.post(reverse("leagues:unblock", args=[block.pk])).status_code == 404


class TestApi:
    def test_blocks_are_listed_created_and_deleted(self, api, league, alice, charlie):
        invited(league, alice)
        created = api(charlie).post(BLOCKS, {"league_id": league.pk}).json()
        assert (created["league_id"], created["user_id"], created["name"]) == (league.pk, None, "Alpine Friends")
        assert api(charlie).post(BLOCKS, {"user_id": alice.pk}).status_code == 201
        assert [item["name"] for item in api(charlie).get(BLOCKS).json()["items"]] == ["alice", "Alpine Friends"]
        assert api(alice).delete(f"{BLOCKS}/{created['id']}").status_code == 404
        assert api(charlie).delete(f"{BLOCKS}/{created['id']}").status_code == 204

    def test_a_private_league_that_invited_nobody_is_not_found(self, api, league, charlie):
        assert api(charlie).post(BLOCKS, {"league_id": league.pk}).status_code == 404

    @pytest.mark.parametrize("body", [{}, {"user_id": 1, "league_id": 1}, {"user_id": "x"}])
    def test_it_takes_one_user_or_one_league(self, api, charlie, body):
        assert api(charlie).post(BLOCKS, body).status_code == 400


def test_an_invitation_that_is_not_delivered_is_stored_like_any_other(league, alice, charlie):
    block_sender(user=charlie, sender=alice, now=FOUNDED_AT)
    invited(league, alice)
    assert Invitation.objects.get().state == "pending"
