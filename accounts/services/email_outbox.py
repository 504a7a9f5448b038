"""Transactional outbox for e-mail: rows are written in the caller's transaction and sent by a task, with retries.

No request waits for the mail server, and an outage only delays the e-mail. The text is rendered again at each attempt,
so that its link is fresh and stored neither in the database nor in the broker.
"""

import logging
import smtplib
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core.mail import send_mail
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from ..models import AccountInvitation, OutgoingEmail, User
from ..signals import email_enqueued
from . import signed_links

logger = logging.getLogger(__name__)

# When an attempt is retried, how long retries go on, and how long rows are kept.
RETRY_AFTER = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(days=2)
RETENTION = timedelta(days=30)
BATCH_SIZE = 50


def enqueue_email(
    *,
    kind: str,
    address: str,
    site: str,
    now: datetime,
    user: User | None = None,
    invitation: AccountInvitation | None = None,
) -> None:
    """Add an e-mail to the outbox. `site` is the base URL of its links, such as https://f1.example.org."""
    OutgoingEmail.objects.create(
        kind=kind, address=address, site=site, user=user, invitation=invitation, created_at=now, due_at=now
    )
    email_enqueued.send(sender=OutgoingEmail)


def send_due_emails(*, now: datetime) -> int:
    """Send at most 50 e-mails that are due; returns how many were sent."""
    return sum(_send(email, now) for email in _due(now)[:BATCH_SIZE])


def delete_old_emails(*, now: datetime) -> int:
    """Delete e-mails older than 30 days; returns how many."""
    return OutgoingEmail.objects.filter(created_at__lt=now - RETENTION).delete()[0]


def _due(now: datetime) -> QuerySet[OutgoingEmail]:
    waiting = OutgoingEmail.objects.filter(sent_at=None, due_at__lte=now, created_at__gt=now - GIVE_UP_AFTER)
    return waiting.select_related("user", "invitation").order_by("due_at", "pk")


def _send(email: OutgoingEmail, now: datetime) -> bool:
    # Claim by conditional UPDATE: of two workers, one sends it.
    if not OutgoingEmail.objects.filter(pk=email.pk, sent_at=None, due_at=email.due_at).update(
        due_at=now + RETRY_AFTER
    ):
        return False
    path = _link_path(email)
    if path is None:
        # The address has been confirmed or removed meanwhile.
        OutgoingEmail.objects.filter(pk=email.pk).delete()
        return False
    subject, body = _render(email, path)
    try:
        send_mail(subject, body, None, [email.address])
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("The letter %s could not be sent, it will be tried again: %s", email.pk, type(error).__name__)
        return False
    OutgoingEmail.objects.filter(pk=email.pk).update(sent_at=now)
    return True


def _render(email: OutgoingEmail, path: str) -> tuple[str, str]:
    """Render the e-mail: the subject, on one line, and the text."""
    context = {"email": email, "user": email.user, "link": f"{email.site}{path}"}
    subject, _, body = render_to_string(f"accounts/emails/{email.kind}.txt", context).partition("\n")
    return " ".join(subject.split()), body.strip() + "\n"


def _link_path(email: OutgoingEmail) -> str | None:
    """The path of the e-mail's link; None if there is nothing left to do there."""
    if email.kind == OutgoingEmail.Kind.CONFIRM:
        address = EmailAddress.objects.filter(user=email.user, email=email.address, verified=False).first()
        return signed_links.email_confirmation_path(address) if address else None
    if email.kind == OutgoingEmail.Kind.RESET and email.user:
        return signed_links.password_reset_path(email.user)
    if email.kind == OutgoingEmail.Kind.INVITATION and email.invitation:
        return f"{reverse('accounts:sign_up')}?invitation={signed_links.invitation_token(email.invitation)}"
    return reverse("accounts:forgot_password")
