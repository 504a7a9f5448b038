"""Notifications by e-mail: text and HTML, with the headers that mail programs need to unsubscribe with one click."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.web.languages import reading_as
from core.web.site import mail_domain

from .. import unsubscribing
from ..kinds import EMAIL
from . import Channel, OutgoingMessage, Send, mail_server


class EmailChannel(Channel):
    name = EMAIL
    label = _("E-mail")

    def is_available(self) -> bool:
        return bool(settings.HAS_MAIL_SERVER)

    def targets(self, users: Collection[Any]) -> Mapping[int, Sequence[str]]:
        """One target for each user with an address, which is looked up again when the message is sent."""
        return {user.pk: [""] for user in users if user.email}

    @contextmanager
    def connect(self) -> Iterator[Send[OutgoingMessage]]:
        with mail_server.connect() as send_email:
            yield lambda message, mark_handed_over: send_email(compose(message), mark_handed_over)


def compose(message: OutgoingMessage) -> EmailMultiAlternatives:
    """The e-mail with its text, HTML and headers."""
    host = mail_domain()
    with reading_as(message.user):
        text = render_to_string("notifications/emails/notification.txt", _context(message))
        subject = _subject(message)
    mail = EmailMultiAlternatives(
        subject,
        text.strip() + "\n",
        to=[message.user.email],
        headers={
            "Message-ID": f"<notification.{message.key}@{host}>",
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "List-Id": f"Notifications <notifications.{host}>",
            **_unsubscribe_headers(message),
        },
    )
    mail.attach_alternative(html_of(message), "text/html")
    return mail


def html_of(message: OutgoingMessage) -> str:
    """The HTML of the e-mail."""
    with reading_as(message.user):
        return render_to_string("notifications/emails/notification.html", _context(message))


def _subject(message: OutgoingMessage) -> str:
    first, others = message.items[0], len(message.items) - 1
    if not others:
        return first.text.title
    return ngettext("%(title)s, and %(count)d more", "%(title)s, and %(count)d more", others) % {
        "title": first.text.title,
        "count": others,
    }


def _context(message: OutgoingMessage) -> dict[str, Any]:
    return {
        "user": message.user,
        "items": message.items,
        "subject": _subject(message),
        "site_url": settings.SITE_URL,
        "preferences_url": settings.SITE_URL + reverse("notifications:preferences"),
        "unsubscribe_url": _unsubscribe_url(message),
    }


def _unsubscribe_url(message: OutgoingMessage) -> str:
    """The link that turns off e-mail of these kinds; empty if none of them can be turned off."""
    kinds = sorted({item.kind.name for item in message.items if item.kind.is_optional})
    return settings.SITE_URL + unsubscribing.path_of(message.user, kinds) if kinds else ""


def _unsubscribe_headers(message: OutgoingMessage) -> dict[str, str]:
    """RFC 8058: the mail program sends a POST request to the link, which works without signing in."""
    url = _unsubscribe_url(message)
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if url else {}
