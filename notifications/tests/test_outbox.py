"""What both outboxes, of notifications and of e-mails about accounts, do alike when they send."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.mail import EmailMessage

from accounts.services.email_kinds import KNOWN
from notifications.models import Delivery, OutgoingEmail
from notifications.services import dispatch_notifications, enqueue_email, send_due_deliveries, send_due_emails
from notifications.services.outbox import FIRST_RETRY_AFTER, LEASE
from tests.support.notifications import notify_plainly

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _with_mail_server(settings):
    settings.HAS_MAIL_SERVER = True


def notification(user, number):
    notify_plainly(users=[user], kind="for_administrators", key=f"k:{number}", title="A race was moved", now=NOW)
    dispatch_notifications(now=NOW)


def account_email(user, number):
    enqueue_email(kind=KNOWN, address=f"alice+{number}@example.org", user=user, now=NOW)


both_outboxes = pytest.mark.parametrize(
    ("enqueue", "send_due", "model"),
    [(notification, send_due_deliveries, Delivery), (account_email, send_due_emails, OutgoingEmail)],
)


@both_outboxes
def test_no_message_leaves_when_another_process_may_send_it_too(
    alice, mailoutbox, monkeypatch, enqueue, send_due, model
):
    """The mail server takes a minute for each of ten e-mails, and the lease is five minutes."""
    for number in range(10):
        enqueue(alice, number)
    with monkeypatch.context() as slow:
        slow.setattr("notifications.services.outbox.time", SimpleNamespace(monotonic=lambda: 60 * len(mailoutbox)))
        send_due(now=NOW)
    assert len(mailoutbox) * MINUTE < LEASE
    assert model.objects.filter(state="waiting", last_error="The other side was slow.").count() == 7
    send_due(now=NOW + LEASE)
    assert len({mail.extra_headers["Message-ID"] for mail in mailoutbox}) == len(mailoutbox) == 10


@both_outboxes
def test_a_message_that_cannot_be_sent_keeps_no_other_from_being_sent(
    alice, mailoutbox, monkeypatch, caplog, enqueue, send_due, model
):
    def send(self, *args, **kwargs):
        if "Cannot send" in caplog.text:
            return sent(self, *args, **kwargs)
        raise ValueError("Invalid address")

    for number in range(3):
        enqueue(alice, number)
    sent = EmailMessage.send
    with monkeypatch.context() as fault:
        fault.setattr(EmailMessage, "send", send)
        send_due(now=NOW)
    assert len(mailoutbox) == 2
    assert model.objects.get(state="waiting").last_error == "It could not be sent. The log tells why."
    send_due(now=NOW + FIRST_RETRY_AFTER)
    assert len(mailoutbox) == 3
