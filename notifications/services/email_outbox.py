"""Transactional outbox for e-mail: rows are written in the caller's transaction and sent by a task, with retries.

No request waits for the mail server, and an outage only delays the e-mail. The text is rendered again at each attempt,
so that its link is fresh and stored neither in the database nor in the broker.
"""

import logging
import smtplib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import send_mail
from django.db.models import QuerySet
from django.template.loader import render_to_string

from core.transactions import atomic

from .. import email_kinds
from ..email_kinds import EmailKind, EmailRequest
from ..models import OutgoingEmail
from ..signals import email_enqueued, email_sent

logger = logging.getLogger(__name__)

# When an attempt is retried, and how long rows are kept. The kind decides how long retries go on.
RETRY_AFTER = timedelta(minutes=5)
RETENTION = timedelta(days=30)
BATCH_SIZE = 50


def enqueue_email(
    *,
    kind: EmailKind,
    address: str,
    now: datetime,
    user: AbstractBaseUser | None = None,
    params: Mapping[str, Any] | None = None,
) -> None:
    """Add an e-mail to the outbox. Its links begin with `SITE_URL`.

    `params` hold what the kind needs to write it, such as ids: plain values, no text and no secrets.
    """
    if not email_kinds.is_registered(kind):
        raise LookupError(f"The kind of e-mail {kind.name} is not registered, so the outbox could not send it.")
    OutgoingEmail.objects.create(
        kind=kind.name,
        params=dict(params or {}),
        address=address,
        user_id=user.pk if user else None,
        site=settings.SITE_URL,
        created_at=now,
        due_at=now,
        give_up_at=now + kind.retry_for,
    )
    email_enqueued.send(sender=OutgoingEmail)


def send_due_emails(*, now: datetime) -> int:
    """Send at most 50 e-mails that are due; returns how many were sent."""
    return sum(_send(email, now) for email in _due(now)[:BATCH_SIZE])


def delete_old_emails(*, now: datetime) -> int:
    """Delete e-mails older than 30 days; returns how many."""
    return OutgoingEmail.objects.filter(created_at__lt=now - RETENTION).delete()[0]


def _due(now: datetime) -> QuerySet[OutgoingEmail]:
    waiting = OutgoingEmail.objects.filter(sent_at=None, due_at__lte=now, give_up_at__gt=now)
    return waiting.select_related("user").order_by("due_at", "pk")


def _send(email: OutgoingEmail, now: datetime) -> bool:
    # Claim by conditional UPDATE: of two workers, one sends it.
    if not OutgoingEmail.objects.filter(pk=email.pk, sent_at=None, due_at=email.due_at).update(
        due_at=now + RETRY_AFTER
    ):
        return False
    rendered = _render(email, now)
    if rendered is None:
        # For example, the address was confirmed meanwhile, or the invitation answered.
        OutgoingEmail.objects.filter(pk=email.pk).delete()
        return False
    subject, body = rendered
    try:
        send_mail(subject, body, None, [email.address])
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("Could not send e-mail %s, so it is retried later: %s", email.pk, type(error).__name__)
        return False
    _mark_sent(email, now)
    return True


def _render(email: OutgoingEmail, now: datetime) -> tuple[str, str] | None:
    """The subject, on one line, and the text; None if there is nothing left to send."""
    kind = email_kinds.get(email.kind)
    content = kind.content(EmailRequest(email.address, email.user, email.params, now)) if kind else None
    if kind is None or content is None:
        return None
    context = {"user": email.user, "link": f"{email.site}{content.path}", **content.context}
    with email.in_time_zone_of_recipient():
        subject, _, body = render_to_string(kind.template, context).partition("\n")
    return " ".join(subject.split()), body.strip() + "\n"


@atomic
def _mark_sent(email: OutgoingEmail, now: datetime) -> None:
    OutgoingEmail.objects.filter(pk=email.pk).update(sent_at=now)
    email_sent.send(sender=OutgoingEmail, kind=email.kind, params=email.params, now=now)
