"""E-mail over a real SMTP server: faults of the server, what is sent again, and whether the e-mails are valid."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test.html import parse_html

from notifications.models import Delivery, OutgoingEmail
from notifications.services import (
    dispatch_notifications,
    enqueue_email,
    send_due_deliveries,
    send_due_emails,
)
from notifications.services.outbox import FIRST_RETRY_AFTER, LEASE, MAX_RETRY_AFTER
from tests.support.mail_servers import mail_server
from tests.support.notifications import notify_plainly

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def smtp(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.HAS_MAIL_SERVER = True
    settings.SITE_URL = "https://f1.example.org"
    with mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def told(user, number=1, title="A race was moved"):
    # A kind whose e-mail is sent at once.
    notify_plainly(
        users=[user], kind="for_administrators", key=f"k:{number}", title=title, body="Two lines.\nÄöü.", now=NOW
    )
    dispatch_notifications(now=NOW)


def until_settled(now=NOW, limit=20):
    """Send until nothing waits, each time when the next attempt is due; returns the times of the attempts."""
    times: list[datetime] = []
    while Delivery.objects.filter(state="waiting").exists() and len(times) < limit:
        now = max(now, Delivery.objects.filter(state="waiting").earliest("due_at").due_at)
        times.append(now)
        send_due_deliveries(now=now)
    return times


def state():
    delivery = Delivery.objects.get()
    return delivery.state, delivery.last_error


def test_the_email_is_valid(smtp, alice):
    told(alice)
    send_due_deliveries(now=NOW)
    (mail,) = smtp.accepted
    assert mail.defects == []
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    text, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    assert "Two lines.\nÄöü." in text
    assert "Two lines.<br>Äöü." in html
    parse_html(html)
    assert mail["Message-ID"] == f"<notification.{Delivery.objects.get().pk}@f1.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "Notifications <notifications.f1.example.org>"


def test_a_connection_is_used_for_several_emails(smtp, alice):
    for number in range(5):
        told(alice, number)
    send_due_deliveries(now=NOW)
    assert len({mail["Message-ID"] for mail in smtp.accepted}) == 5


@pytest.mark.parametrize("answer", ["451 try later", "452 out of disk space"])
def test_a_server_that_cannot_take_it_now_is_asked_again(smtp, alice, answer):
    smtp.answers = [answer] * 3
    told(alice)
    assert [moment - NOW for moment in until_settled()] == [
        timedelta(0),
        FIRST_RETRY_AFTER,
        3 * FIRST_RETRY_AFTER,
        7 * FIRST_RETRY_AFTER,
    ]
    assert (len(smtp.accepted), *state()) == (1, "sent", "")


def test_a_server_that_breaks_off_before_the_email_is_asked_again(smtp, alice):
    smtp.answers = ["drop before data"]
    told(alice)
    until_settled()
    assert (len(smtp.accepted), state()[0]) == (1, "sent")


def test_an_email_that_may_have_arrived_is_sent_twice_at_most(smtp, alice):
    smtp.answers = ["drop after data"] * 9
    told(alice)
    until_settled()
    first, second = smtp.accepted
    assert first["Message-ID"] == second["Message-ID"]
    assert state()[0] == "parked"


def test_an_email_whose_answer_was_lost_once_is_sent(smtp, alice):
    smtp.answers = ["drop after data"]
    told(alice)
    until_settled()
    assert (len(smtp.accepted), state()[0]) == (2, "sent")


@pytest.mark.parametrize("answer", ["550 not wanted", "554 transaction failed"])
def test_an_email_that_is_refused_for_good_is_parked(smtp, alice, answer):
    smtp.answers = [answer]
    told(alice)
    assert until_settled() == [NOW]
    assert state() == ("parked", f"The mail server refused the e-mail ({answer[:3]}).")


def test_an_address_that_is_refused_does_not_keep_others_from_their_email(smtp, alice, bob):
    smtp.refused_recipients[alice.email] = "550 no such user"
    told(alice, 1)
    told(bob, 2)
    send_due_deliveries(now=NOW)
    assert smtp.recipients == [bob.email]
    assert Delivery.objects.get(state="parked").notification.user == alice


def test_a_day_without_a_mail_server_loses_nothing(smtp, alice, bob, settings):
    told(alice, 1)
    told(bob, 2)
    settings.EMAIL_PORT = 1
    now = NOW
    while now < NOW + DAY:
        send_due_deliveries(now=now)
        now = Delivery.objects.earliest("due_at").due_at
    settings.EMAIL_PORT = smtp.port
    send_due_deliveries(now=NOW + DAY + MAX_RETRY_AFTER)
    assert sorted(smtp.recipients) == sorted([alice.email, bob.email])
    assert set(Delivery.objects.values_list("state", "uncertain_attempts")) == {("sent", 1)}


def test_a_process_that_dies_is_made_up_for_after_the_lease(smtp, alice, monkeypatch):
    told(alice)
    with monkeypatch.context() as dying:
        dying.setattr("notifications.services.outbox.send_claimed", lambda *_, **__: None)
        send_due_deliveries(now=NOW)
    assert send_due_deliveries(now=NOW + LEASE - timedelta(seconds=1)) == 0
    assert send_due_deliveries(now=NOW + LEASE) == 1
    assert len(smtp.accepted) == 1


def test_other_email_has_the_same_outbox(smtp, alice):
    from accounts.services.email_kinds import KNOWN

    smtp.answers = ["452 out of disk space", "550 not wanted"]
    enqueue_email(kind=KNOWN, address=alice.email, user=alice, now=NOW)
    assert send_due_emails(now=NOW) == 0
    assert OutgoingEmail.objects.get().state == "waiting"
    send_due_emails(now=NOW + FIRST_RETRY_AFTER)
    assert OutgoingEmail.objects.get().state == "parked"
    assert smtp.accepted == []


def test_an_email_that_cannot_be_rendered_is_parked_and_the_others_are_sent(smtp, alice, caplog):
    from accounts.services.email_kinds import INVITATION, KNOWN

    enqueue_email(kind=INVITATION, address=alice.email, now=NOW)
    enqueue_email(kind=KNOWN, address=alice.email, user=alice, now=NOW)
    assert send_due_emails(now=NOW) == 1
    assert OutgoingEmail.objects.get(kind="invitation").state == "parked"
    assert "Cannot render e-mail" in caplog.text


# -- manage.py send_test_mail ------------------------------------------------------------------------------------------


def test_the_test_mail_is_sent(smtp, capsys):
    call_command("send_test_mail", "alice@example.org")
    assert smtp.accepted[0]["Subject"] == "Fantasy F1 can send e-mail"
    assert smtp.accepted[0]["Message-ID"].endswith("@f1.example.org>")
    assert "accepted the e-mail to alice@example.org" in capsys.readouterr().out


def test_the_test_mail_says_what_is_wrong(smtp, settings):
    smtp.answers = ["550 not wanted"]
    with pytest.raises(CommandError, match="refused the e-mail"):
        call_command("send_test_mail", "alice@example.org")
    settings.EMAIL_PORT = 1
    with pytest.raises(CommandError, match="Check EMAIL_URL"):
        call_command("send_test_mail", "alice@example.org")
    settings.HAS_MAIL_SERVER = False
    with pytest.raises(CommandError, match="set EMAIL_URL"):
        call_command("send_test_mail", "alice@example.org")
