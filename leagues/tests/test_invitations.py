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
    expire_invitations,
    invite,
    join_by_code,
)
from leagues.services.email_kinds import INVITATION_LIFETIME
from leagues.services.invitations import MAX_PENDING
from notifications.models import Notification, OutgoingEmail
from notifications.services import send_due_emails
from notifications.services.email_outbox import RETRY_AFTER
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
    def test_a_user_is_told_once_and_finds_it(self, to_charlie, charlie):
        notification = Notification.objects.get(user=charlie)
        assert (notification.title, notification.url) == ("alice invites you to “Alpine Friends”", to_charlie.path)
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

    def test_a_member_is_in_already(self, league, alice, bob):
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

    def test_once_it_has_expired_too(self, league, alice, to_charlie):
        invite(league=league, by=alice, username="charlie", now=FOUNDED_AT + INVITATION_LIFETIME)
        assert state(to_charlie) == "expired"

    def test_who_does_not_want_to_be_found_is_like_nobody(self, league, alice, charlie):
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

    def test_it_takes_as_many_questions_to_miss_somebody_as_nobody(self, league, alice, charlie):
        User.objects.filter(pk=charlie.pk).update(found_by_name=False)
        counts = []
        for name in ("charlie", "nobody"):
            with CaptureQueriesContext(connection) as queries, pytest.raises(Invalid):
                invite(league=league, by=alice, username=name, now=FOUNDED_AT)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_a_member_invites_nobody(self, league, bob, charlie):
        with pytest.raises(NotAllowed):
            invite(league=league, by=bob, username="charlie", now=FOUNDED_AT)

    def test_only_so_many_can_be_unanswered(self, league, alice):
        rows = [
            Invitation(league=league, email=f"{n}@example.org", created_at=FOUNDED_AT, expires_at=LATER)
            for n in range(MAX_PENDING)
        ]
        Invitation.objects.bulk_create(rows)
        with pytest.raises(Refused, match="Cancel some first"):
            invite(league=league, by=alice, email=ADDRESS, now=FOUNDED_AT)
        invite(league=league, by=alice, email=ADDRESS, now=LATER)

    def test_an_archived_league_invites_nobody_and_takes_its_invitations_back(self, league, alice, to_charlie):
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

    def test_it_is_answered_once(self, charlie, to_charlie):
        decline_invitation(invitation=to_charlie, user=charlie, now=LATER)
        with pytest.raises(Refused, match="already declined"):
            accept_invitation(invitation=to_charlie, user=charlie, now=LATER)

    def test_too_late_is_too_late(self, league, charlie, to_charlie):
        with pytest.raises(Refused, match="has expired"):
            accept_invitation(invitation=to_charlie, user=charlie, now=FOUNDED_AT + INVITATION_LIFETIME)
        assert not is_member(charlie, league)

    def test_what_was_taken_back_is_no_invitation(self, league, alice, charlie, to_charlie):
        cancel_invitation(invitation=to_charlie, by=alice, now=LATER)
        with pytest.raises(Refused, match="is cancelled"):
            accept_invitation(invitation=to_charlie, user=charlie, now=LATER)

    def test_only_managers_take_one_back(self, bob, to_charlie):
        with pytest.raises(NotAllowed):
            cancel_invitation(invitation=to_charlie, by=bob, now=LATER)

    def test_it_is_for_no_other_user(self, to_charlie):
        with pytest.raises(NotAllowed):
            accept_invitation(invitation=to_charlie, user=UserFactory.create(), now=LATER)

    def test_an_invitation_by_email_is_for_the_owner_of_the_address(self, league, charlie, by_mail):
        with pytest.raises(NotAllowed, match="a different e-mail address"):
            accept_invitation(invitation=by_mail, user=UserFactory.create(), now=LATER)
        charlie.email = ADDRESS.upper()
        charlie.save()
        accept_invitation(invitation=by_mail, user=charlie, now=LATER)
        assert is_member(charlie, league)

    def test_one_by_mail_is_found_by_its_link_alone(self, charlie, by_mail):
        assert not invitations_to(charlie, LATER).exists()

    def test_a_full_league_takes_nobody_in_and_leaves_the_invitation(self, league, charlie, to_charlie):
        league.capacity = 2
        league.save()
        with pytest.raises(Refused, match="full"):
            accept_invitation(invitation=to_charlie, user=charlie, now=LATER)
        assert state(to_charlie) == "pending"

    def test_joining_in_another_way_answers_the_invitation(self, league, charlie, to_charlie):
        join_by_code(user=charlie, code=league.code, now=LATER)
        assert state(to_charlie) == "accepted"

    def test_the_sweep_marks_what_nobody_answered(self, to_charlie, by_mail):
        assert expire_invitations(now=LATER) == 0
        assert expire_invitations(now=FOUNDED_AT + INVITATION_LIFETIME) == 2
        assert {state(invitation) for invitation in (to_charlie, by_mail)} == {"expired"}


class TestTheMail:
    def test_it_says_who_invites_to_what_and_where_to_answer(self, by_mail, mailoutbox):
        assert send_due_emails(now=LATER) == 1
        (mail,) = mailoutbox
        assert (mail.to, mail.subject) == ([ADDRESS], "alice invites you to the league “Alpine Friends”")
        assert f"{SITE}{by_mail.path}\n" in mail.body

    def test_it_is_sent_once(self, by_mail, mailoutbox):
        send_due_emails(now=LATER)
        assert not send_due_emails(now=LATER)
        assert send_due_emails(now=LATER + RETRY_AFTER) == 0
        assert len(mailoutbox) == 1

    def test_the_invitation_says_when_it_was_sent(self, by_mail):
        assert Invitation.objects.get(pk=by_mail.pk).sent_at is None
        send_due_emails(now=LATER)
        assert Invitation.objects.get(pk=by_mail.pk).sent_at == LATER

    @pytest.mark.parametrize("fault", [SMTPServerDisconnected("gone"), ConnectionRefusedError("nobody there")])
    def test_a_server_that_fails_costs_time_alone(self, by_mail, mailoutbox, monkeypatch, caplog, fault):
        def fail(*_, **__):
            raise fault

        with monkeypatch.context() as broken:
            broken.setattr("notifications.services.email_outbox.send_mail", fail)
            assert not send_due_emails(now=LATER)
        assert "is sent later" in caplog.text
        assert send_due_emails(now=LATER) == 0
        assert send_due_emails(now=LATER + RETRY_AFTER) == 1
        assert len(mailoutbox) == 1

    def test_it_is_tried_until_the_invitation_expires(self, by_mail, mailoutbox):
        assert send_due_emails(now=FOUNDED_AT + INVITATION_LIFETIME - timedelta(minutes=1)) == 1
        assert len(mailoutbox) == 1

    def test_then_it_is_tried_no_more(self, by_mail, mailoutbox):
        assert send_due_emails(now=FOUNDED_AT + INVITATION_LIFETIME) == 0
        assert mailoutbox == []

    def test_it_belongs_to_nobody_who_claims_the_address(self, by_mail, charlie):
        User.objects.filter(pk=charlie.pk).update(email=ADDRESS)
        charlie.refresh_from_db()
        assert OutgoingEmail.objects.filter(address=ADDRESS).exists()
        assert exported_data(charlie)["letters"] == []

    def test_none_goes_to_a_user_or_for_what_is_answered(self, alice, to_charlie, by_mail, mailoutbox):
        cancel_invitation(invitation=by_mail, by=alice, now=LATER)
        assert send_due_emails(now=LATER) == 0
        assert mailoutbox == []

    def test_a_name_with_marks_of_html_stays_as_it_is(self, league, by_mail, mailoutbox):
        league.name = "<b>A & B</b>"
        league.save()
        send_due_emails(now=LATER)
        assert "“<b>A & B</b>”" in mailoutbox[0].subject
        assert "“<b>A & B</b>”" in mailoutbox[0].body

    def test_it_is_published_after_the_commit(self, league, alice, django_capture_on_commit_callbacks, monkeypatch):
        published = []
        monkeypatch.setattr("notifications.tasks.send_due_emails.apply_async", lambda args, **_: published.append(args))
        with django_capture_on_commit_callbacks(execute=True):
            invite(league=league, by=alice, email=ADDRESS, now=FOUNDED_AT)
            assert published == []
        assert published == [()]


class TestArchiving:
    def test_the_manager_alone_does_it(self, league, bob):
        with pytest.raises(NotAllowed):
            archive_league(league=league, by=bob, now=LATER)

    def test_it_is_done_once(self, league, alice):
        assert archive_league(league=league, by=alice, now=LATER).archived_at == LATER
        with pytest.raises(Refused, match="already"):
            archive_league(league=league, by=alice, now=LATER)

    def test_nobody_joins_any_more(self, league, alice, charlie):
        archive_league(league=league, by=alice, now=LATER)
        with pytest.raises(Refused, match="Nobody can join"):
            join_by_code(user=charlie, code=league.code, now=LATER)
