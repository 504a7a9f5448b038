"""Letters: written down in the transaction of what they tell of, and sent soon after by a task, however often it takes.

Nobody waits for a mail server, and one that is down costs time only. A letter is written anew at each try, so that its
link is fresh and stands neither in the database nor in the broker.
"""

import logging
import smtplib
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core.mail import send_mail
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from ..models import AccountInvitation, Letter, User
from ..signals import letter_posted
from . import links

logger = logging.getLogger(__name__)

# How long a try may take before the next one, how long it goes on, and how long one is kept.
TRY_FOR = timedelta(minutes=5)
TRIED_FOR = timedelta(days=2)
KEPT_FOR = timedelta(days=30)
AT_ONCE = 50


def post(
    *,
    kind: str,
    address: str,
    site: str,
    now: datetime,
    user: User | None = None,
    invitation: AccountInvitation | None = None,
) -> None:
    """Have a letter sent. `site` is where its links lead, such as https://f1.example.org."""
    Letter.objects.create(
        kind=kind, address=address, site=site, user=user, invitation=invitation, created_at=now, due_at=now
    )
    letter_posted.send(sender=Letter)


def send_letters(*, now: datetime) -> int:
    """Send what is due, at most 50; returns how many were sent."""
    return sum(_send(letter, now) for letter in _due(now)[:AT_ONCE])


def forget_letters(*, now: datetime) -> int:
    """Delete the letters of more than 30 days ago; returns how many."""
    return Letter.objects.filter(created_at__lt=now - KEPT_FOR).delete()[0]


def _due(now: datetime) -> QuerySet[Letter]:
    waiting = Letter.objects.filter(sent_at=None, due_at__lte=now, created_at__gt=now - TRIED_FOR)
    return waiting.select_related("user", "invitation").order_by("due_at", "pk")


def _send(letter: Letter, now: datetime) -> bool:
    # Whoever moves it on sends it: of two workers one.
    if not Letter.objects.filter(pk=letter.pk, sent_at=None, due_at=letter.due_at).update(due_at=now + TRY_FOR):
        return False
    path = _path(letter)
    if path is None:
        # The address is confirmed by now, or given up.
        Letter.objects.filter(pk=letter.pk).delete()
        return False
    subject, body = _words(letter, path)
    try:
        send_mail(subject, body, None, [letter.address])
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("The letter %s could not be sent, it will be tried again: %s", letter.pk, type(error).__name__)
        return False
    Letter.objects.filter(pk=letter.pk).update(sent_at=now)
    return True


def _words(letter: Letter, path: str) -> tuple[str, str]:
    """The subject, which is one line, and the text."""
    facts = {"letter": letter, "user": letter.user, "link": f"{letter.site}{path}"}
    subject, _, body = render_to_string(f"accounts/letters/{letter.kind}.txt", facts).partition("\n")
    return " ".join(subject.split()), body.strip() + "\n"


def _path(letter: Letter) -> str | None:
    """Where the letter's link leads; None where it would lead nowhere any more."""
    if letter.kind == Letter.Kind.CONFIRM:
        address = EmailAddress.objects.filter(user=letter.user, email=letter.address, verified=False).first()
        return links.confirming(address) if address else None
    if letter.kind == Letter.Kind.RESET and letter.user:
        return links.resetting(letter.user)
    if letter.kind == Letter.Kind.INVITATION and letter.invitation:
        return f"{reverse('accounts:sign_up')}?invitation={links.inviting(letter.invitation)}"
    return reverse("accounts:forgot_password")
