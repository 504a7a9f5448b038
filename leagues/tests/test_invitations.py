"""Invitations to a user name or an e-mail address: creating, answering once, sending the e-mail."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.selectors import exported_data
from constructors.models import Constructor
from core.errors import Invalid, NotAllowed, Refused
from leagues.models import Invitation
from leagues.selectors import invitations_to, is_member
from leagues.services import (
    accept_invitation,
    archive_league,
    cancel_invitation,
    decline_invitation,
    delete_old_invitations,
    expire_invitations,
    invite,
    join_by_code,
)
from leagues.services.email_kinds import INVITATION_LIFETIME
from leagues.services.invitations import MAX_PENDING
from notifications.models import Notification, OutgoingEmail
from notifications.services import send_due_emails
from notifications.services.outbox import FIRST_RETRY_AFTER, LEASE
from tests.support.cast import FOUNDED_AT
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db

SITE = "http://testserver"
LATER = FOUNDED_AT + timedelta(hours=1)
ADDRESS = "charlie@example.org"


@pytest.fixture
def to_charlie(league, alice, charlie):
    return invite(league=league, by=alice, username="Charlie", now=FOUNDED_AT)


@pytest.fixture
def by_mail(league, alice):
    return invite(league=league, by=alice, email=ADDRESS, now=FOUNDED_AT)


def refusal_of(league, by, name):
    with pytest.raises(Invalid) as refused:
        invite(league=league, by=by, username=name, now=FOUNDED_AT)
    return refused.value.field, refused.value.code, refused.value.sentence


def state(invitation):
    return Invitation.objects.get(pk=invitation.pk).state


class TestInviting:
    def test_an_invited_user_is_notified_once_and_finds_the_invitation(self, to_charlie, charlie):
        notification = Notification.objects.get(user=charlie)
        assert (notification.title, notification.url) == ("“alice” invites you to “Alpine Friends”", to_charlie.path)
        assert list(invitations_to(charlie, LATER)) == [to_charlie]

    @pytest.mark.parametrize(
        ("whom", "field"),
        [
            ({}, "username"),
            ({"username": "charlie", "email": ADDRESS}, "username"),
            ({"username": "nobody"}, "username"),
            ({"email": "nonsense"}, "email"),
            ({"email": "a@b.example\nBcc: all@example.org"}, "email"),
            ({"email": f"{'x' * 64}@{'y' * 60}.{'z' * 60}.{'q' * 60}.{'w' * 60}.example"}, "email"),
        ],
    )
    def test_it_refuses_people_who_cannot_be_invited(self, league, alice, charlie, whom, field):
        with pytest.raises(Invalid) as refused:
            invite(league=league, by=alice, now=FOUNDED_AT, **whom)
        assert refused.value.field == field

    def test_a_member_cannot_be_invited(self, league, alice, bob):
        with pytest.raises(Refused, match="already in the league"):
            invite(league=league, by=alice, username="bob", now=FOUNDED_AT)

    @pytest.mark.parametrize("whom", [{"username": "CHARLIE"}, {"email": ADDRESS.upper()}])
    def test_nobody_is_invited_twice(self, league, alice, to_charlie, by_mail, whom):
        with pytest.raises(Refused) as refused:
            invite(league=league, by=alice, now=LATER, **whom)
        assert refused.value.code == "already_invited"

    def test_after_an_answer_the_user_can_be_invited_again(self, league, alice, charlie, to_charlie):
        decline_invitation(invitation=to_charlie, user=charlie, now=LATER)
        assert invite(league=league, by=alice, username="charlie", now=LATER).state == "pending"

    def test_after_expiry_the_user_can_be_invited_again(self, league, alice, to_charlie):
        invite(league=league, by=alice, username="charlie", now=FOUNDED_AT + INVITATION_LIFETIME)
        assert state(to_charlie) == "expired"

    def test_a_user_who_is_not_discoverable_is_reported_as_unknown(self, league, alice, charlie):
        refusals = []
        for hidden in ({"found_by_name": False}, {"discoverable": False}, {"is_active": False}):
            User.objects.filter(pk=charlie.pk).update(**{"found_by_name": True, "discoverable": True, **hidden})
            refusals.append(refusal_of(league, alice, "charlie"))
        charlie.delete()
        refusals.append(refusal_of(league, alice, "charlie"))
        assert len(set(refusals)) == 1
        assert not Invitation.objects.exists()
        assert not Notification.objects.exists()

    def test_a_user_who_is_no_longer_discoverable_cannot_be_invited_again(self, league, alice, charlie, to_charlie):
        User.objects.filter(pk=charlie.pk).update(found_by_name=False)
        with pytest.raises(Refused, match="already invited"):
            invite(league=league, by=alice, username="charlie", now=LATER)
        with pytest.raises(Invalid, match="No player called"):
            invite(league=league, by=alice, username="charlie", now=FOUNDED_AT + INVITATION_LIFETIME)

    def test_a_member_who_is_not_discoverable_is_reported_as_a_member(self, league, alice, bob):
        User.objects.filter(pk=bob.pk).update(discoverable=False)
        with pytest.raises(Refused, match="already in the league"):
            invite(league=league, by=alice, username="bob", now=FOUNDED_AT)

    def test_hidden_and_unknown_users_take_the_same_number_of_queries(self, league, alice, charlie):
        User.objects.filter(pk=charlie.pk).update(found_by_name=False)
        counts = []
        for name in ("charlie", "nobody"):
            with CaptureQueriesContext(connection) as queries, pytest.raises(Invalid):
                invite(league=league, by=alice, username=name, now=FOUNDED_AT)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_a_member_cannot_invite(self, league, bob, charlie):
        with pytest.raises(NotAllowed):
            invite(league=league, by=bob, username="charlie", now=FOUNDED_AT)

    def test_the_number_of_pending_invitations_is_limited(self, league, alice):
        rows = [
            Invitation(league=league, email=f"{n}@example.org", created_at=FOUNDED_AT, expires_at=LATER)
            for n in range(MAX_PENDING)
        ]
        Invitation.objects.bulk_create(rows)
        with pytest.raises(Refused, match="Cancel some first"):
            invite(league=league, by=alice, email=ADDRESS, now=FOUNDED_AT)
        invite(league=league, by=alice, email=ADDRESS, now=LATER)

    def test_archiving_cancels_invitations_and_refuses_new_ones(self, league, alice, to_charlie):
        archive_league(league=league, by=alice, now=LATER)
        assert state(to_charlie) == "cancelled"
        with pytest.raises(Refused, match="archived"):
            invite(league=league, by=alice, email=ADDRESS, now=LATER)


class TestAnswering:
    def test_accepting_makes_a_member(self, league, charlie, to_charlie):
        accept_invitation(invitation=to_charlie, user=charlie, constructor_name="Charlie GP", now=LATER)
        assert Constructor.objects.get(league=league, owner=charlie).name == "Charlie GP"
        assert state(to_charlie) == "accepted"

    def test_declining_makes_no_member(self, league, charlie, to_charlie):
        decline_invitation(invitation=to_charlie, user=charlie, now=LATER)
        assert not is_member(charlie, league)
        assert state(to_charlie) == "declined"

    def test_an_invitation_can_be_answered_once(self, charlie, to_charlie):
        decline_invitation(invitation=to_charlie, user=charlie, now=LATER)
        with pytest.raises(Refused, match="already declined"):
            accept_invitation(invitation=to_charlie, user=charlie, now=LATER)

    def test_an_expired_invitation_cannot_be_answered(self, league, charlie, to_charlie):
        with pytest.raises(Refused, match="has expired"):
            accept_invitation(invitation=to_charlie, user=charlie, now=FOUNDED_AT + INVITATION_LIFETIME)
        assert not is_member(charlie, league)

    def test_a_cancelled_invitation_cannot_be_answered(self, league, alice, charlie, to_charlie):
        cancel_invitation(invitation=to_charlie, by=alice, now=LATER)
        with pytest.raises(Refused, match="is cancelled"):
            accept_invitation(invitation=to_charlie, user=charlie, now=LATER)

    def test_only_managers_can_cancel_an_invitation(self, bob, to_charlie):
        with pytest.raises(NotAllowed):
            cancel_invitation(invitation=to_charlie, by=bob, now=LATER)

    def test_an_invitation_cannot_be_answered_by_another_user(self, to_charlie):
        with pytest.raises(NotAllowed):
            accept_invitation(invitation=to_charlie, user=UserFactory.create(), now=LATER)

    def test_an_invitation_by_email_is_for_the_owner_of_the_address(self, league, charlie, by_mail):
        with pytest.raises(NotAllowed, match="a different e-mail address"):
            accept_invitation(invitation=by_mail, user=UserFactory.create(), now=LATER)
        charlie.email = ADDRESS.upper()
        charlie.save()
        accept_invitation(invitation=by_mail, user=charlie, now=LATER)
        assert is_member(charlie, league)

    def test_an_emailed_invitation_is_found_only_by_its_link(self, charlie, by_mail):
        assert not invitations_to(charlie, LATER).exists()

    def test_a_full_league_refuses_and_keeps_the_invitation(self, league, charlie, to_charlie):
        league.capacity = 2
        league.save()
        with pytest.raises(Refused, match="full"):
            accept_invitation(invitation=to_charlie, user=charlie, now=LATER)
        assert state(to_charlie) == "pending"

    def test_joining_in_another_way_answers_the_invitation(self, league, charlie, to_charlie):
        join_by_code(user=charlie, code=league.code, now=LATER)
        assert state(to_charlie) == "accepted"

    def test_the_sweep_expires_unanswered_invitations(self, to_charlie, by_mail):
        assert expire_invitations(now=LATER) == 0
        assert expire_invitations(now=FOUNDED_AT + INVITATION_LIFETIME) == 2
        assert {state(invitation) for invitation in (to_charlie, by_mail)} == {"expired"}

    def test_old_invitations_that_nobody_answered_are_deleted(self, league, charlie, to_charlie, by_mail):
        decline_invitation(invitation=to_charlie, user=charlie, now=LATER)
        expired_at = FOUNDED_AT + INVITATION_LIFETIME
        expire_invitations(now=expired_at)
        assert delete_old_invitations(now=expired_at + timedelta(days=90)) == 0
        assert delete_old_invitations(now=expired_at + timedelta(days=91)) == 1
        assert [state(invitation) for invitation in league.invitations.all()] == ["declined"]


class TestTheEmail:
    def test_the_email_has_the_inviter_the_league_and_the_link(self, by_mail, mailoutbox):
        assert send_due_emails(now=LATER) == 1
        (mail,) = mailoutbox
        assert (mail.to, mail.subject) == ([ADDRESS], "“alice” invites you to the league “Alpine Friends”")
        assert f"{SITE}{by_mail.path}\n" in mail.body

    def test_the_email_is_sent_once(self, by_mail, mailoutbox):
        send_due_emails(now=LATER)
        assert not send_due_emails(now=LATER)
        assert send_due_emails(now=LATER + LEASE) == 0
        assert len(mailoutbox) == 1

    def test_the_invitation_records_when_the_email_was_sent(self, by_mail):
        assert Invitation.objects.get(pk=by_mail.pk).sent_at is None
        send_due_emails(now=LATER)
        assert Invitation.objects.get(pk=by_mail.pk).sent_at == LATER

    @pytest.mark.parametrize("fault", [SMTPServerDisconnected("gone"), ConnectionRefusedError("nobody there")])
    def test_a_failing_mail_server_only_delays_the_email(self, by_mail, mailoutbox, monkeypatch, caplog, fault):
        def fail(*_, **__):
            raise fault

        with monkeypatch.context() as broken:
            broken.setattr("django.core.mail.backends.locmem.EmailBackend.open", fail, raising=False)
            assert not send_due_emails(now=LATER)
        assert "retried later" in caplog.text
        assert send_due_emails(now=LATER) == 0
        assert send_due_emails(now=LATER + FIRST_RETRY_AFTER) == 1
        assert len(mailoutbox) == 1

    def test_sending_is_retried_until_the_invitation_expires(self, by_mail, mailoutbox):
        assert send_due_emails(now=FOUNDED_AT + INVITATION_LIFETIME - timedelta(minutes=1)) == 1
        assert len(mailoutbox) == 1

    def test_sending_is_not_retried_after_expiry(self, by_mail, mailoutbox):
        assert send_due_emails(now=FOUNDED_AT + INVITATION_LIFETIME) == 0
        assert mailoutbox == []

    def test_an_unconfirmed_address_exports_no_emails(self, by_mail, charlie):
        User.objects.filter(pk=charlie.pk).update(email=ADDRESS)
        charlie.refresh_from_db()
        assert OutgoingEmail.objects.filter(address=ADDRESS).exists()
        assert exported_data(charlie)["letters"] == []

    def test_no_email_is_sent_to_users_or_for_answered_invitations(self, alice, to_charlie, by_mail, mailoutbox):
        cancel_invitation(invitation=by_mail, by=alice, now=LATER)
        assert send_due_emails(now=LATER) == 0
        assert mailoutbox == []

    def test_a_name_with_html_is_not_escaped_in_the_email(self, league, by_mail, mailoutbox):
        league.name = "<b>A & B</b>"
        league.save()
        send_due_emails(now=LATER)
        assert "“<b>A & B</b>”" in mailoutbox[0].subject
        assert "“<b>A & B</b>”" in mailoutbox[0].body

    def test_the_task_is_enqueued_on_commit(self, league, alice, django_capture_on_commit_callbacks, monkeypatch):
        published = []
        monkeypatch.setattr("notifications.tasks.send_due_emails.apply_async", lambda args, **_: published.append(args))
        with django_capture_on_commit_callbacks(execute=True):
            invite(league=league, by=alice, email=ADDRESS, now=FOUNDED_AT)
            assert published == []
        assert published == [()]


class TestArchiving:
    def test_only_the_manager_can_archive(self, league, bob):
        with pytest.raises(NotAllowed):
            archive_league(league=league, by=bob, now=LATER)

    def test_a_league_can_be_archived_once(self, league, alice):
        assert archive_league(league=league, by=alice, now=LATER).archived_at == LATER
        with pytest.raises(Refused, match="already"):
            archive_league(league=league, by=alice, now=LATER)

    def test_an_archived_league_cannot_be_joined(self, league, alice, charlie):
        archive_league(league=league, by=alice, now=LATER)
        with pytest.raises(Refused, match="Nobody can join"):
            join_by_code(user=charlie, code=league.code, now=LATER)
