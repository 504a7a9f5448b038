"""Transactional outbox for e-mail: rows are written in the caller's transaction and sent by a task, with retries.

No request waits for the mail server, and an outage only delays the e-mail. The text is rendered again at each attempt,
so that its link is fresh and stored neither in the database nor in the broker.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from core.querysets import delete_in_batches
from core.transactions import atomic

from .. import email_kinds
from ..channels import mail_server
from ..email_kinds import EmailKind, EmailRequest
from ..kinds import Priority
from ..models import OutgoingEmail
from ..signals import email_enqueued, email_sent
from . import outbox

logger = logging.getLogger(__name__)

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
        priority=Priority.URGENT,
    )
    email_enqueued.send(sender=OutgoingEmail)


def send_due_emails(*, now: datetime) -> int:
    """Send at most 50 e-mails that are due; returns how many were sent."""
    emails = [(content, [email]) for email in _claim(now) if (content := _content_or_settle(email, now))]
    if not emails:
        return 0
    return outbox.send_claimed(emails, connect=mail_server.connect, mark_sent=_mark_sent, now=now)


def delete_old_emails(*, now: datetime) -> int:
    """Delete e-mails older than 30 days; returns how many."""
    return delete_in_batches(OutgoingEmail.objects.filter(created_at__lt=now - outbox.RETENTION))


def _claim(now: datetime) -> list[OutgoingEmail]:
    due = OutgoingEmail.objects.due(now)
    first = due.filter(pk__in=list(due.values_list("pk", flat=True)[:BATCH_SIZE]))
    return outbox.claim(first.select_related("user"), now=now)


def _content_or_settle(email: OutgoingEmail, now: datetime) -> EmailMessage | None:
    """The e-mail to send. None for a row that needs none, which is settled."""
    if outbox.is_exhausted(email):
        outbox.park(email, "It may have arrived twice already.")
    elif email.give_up_at <= now:
        outbox.park(email, email.last_error or "It could not be sent in time.")
    else:
        return _render_or_settle(email, now)
    return None


def _render_or_settle(email: OutgoingEmail, now: datetime) -> EmailMessage | None:
    try:
        message = _render(email, now)
    except Exception:
        # Whatever an app's kind raises must not keep the others from being sent.
        logger.exception("Cannot render e-mail %s of kind %s", email.pk, email.kind)
        outbox.park(email, "It could not be rendered. The log tells why.")
        return None
    if message is None:
        # For example, the address was confirmed meanwhile, or the invitation answered.
        outbox.drop(email, "It was no longer true.")
    return message


def _render(email: OutgoingEmail, now: datetime) -> EmailMessage | None:
    """The e-mail, with its subject on one line; None if there is nothing left to send."""
    kind = email_kinds.get(email.kind)
    content = kind.content(EmailRequest(email.address, email.user, email.params, now)) if kind else None
    if kind is None or content is None:
        return None
    context = {"user": email.user, "link": f"{email.site}{content.path}", **content.context}
    with email.as_recipient_reads():
        subject, _, body = render_to_string(kind.template, context).partition("\n")
    host = urlsplit(email.site).hostname or "localhost"
    headers = {"Message-ID": f"<email.{email.pk}@{host}>", "Auto-Submitted": "auto-generated"}
    return EmailMessage(" ".join(subject.split()), body.strip() + "\n", to=[email.address], headers=headers)


@atomic
def _mark_sent(email: OutgoingEmail, now: datetime) -> None:
    outbox.mark_sent(email, now)
    email_sent.send(sender=OutgoingEmail, kind=email.kind, params=email.params, now=now)
