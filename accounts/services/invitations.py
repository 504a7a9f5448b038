"""Who may sign up: everybody, people with an invitation, or nobody (`settings.REGISTRATION`)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Invalid, Refused
from core.querysets import delete_in_batches
from core.transactions import atomic
from notifications.services import enqueue_email

from ..models import AccountInvitation, User
from ..signals import invitation_shown
from . import signed_links
from .email_kinds import INVITATION

RETENTION = timedelta(days=90)


@atomic
def invite(*, by: User, email: str, now: datetime) -> AccountInvitation:
    """Create an invitation for one account, and send its link if `email` is given."""
    invitation = AccountInvitation.objects.create(
        invited_by=by, email=email, created_at=now, expires_at=now + signed_links.INVITATION_LIFETIME
    )
    if email:
        enqueue_email(kind=INVITATION, address=email, params={"invitation": invitation.pk}, now=now)
    return invitation


def check_registration(code: str, *, now: datetime) -> None:
    """Check that an account may be created, and use up the invitation `code` where one is needed.

    Call it in the transaction that creates the account. Raises `Refused` if registration is closed, `Invalid` for an
    invitation that is unknown, expired or used.
    """
    if settings.REGISTRATION == "open":
        return
    if settings.REGISTRATION == "closed":
        raise Refused(_("Sign-up is closed."), code="registration_closed")
    if not _is_accepted_by_another_app(code) and not _use(code, now):
        raise Invalid(
            _("You need a valid invitation to sign up. Ask for a new one."), field="invitation", code="no_invitation"
        )


def _is_accepted_by_another_app(code: str) -> bool:
    """Is it an invitation of another app, such as a league's code? Those can be used many times."""
    return bool(code) and any(is_known for _, is_known in invitation_shown.send(sender=User, invitation=code))


def _use(code: str, now: datetime) -> bool:
    try:
        pk = signed_links.read_invitation_token(code)
    except Invalid:
        return False
    return bool(AccountInvitation.objects.filter(pk=pk, used_at=None, expires_at__gt=now).update(used_at=now))


def delete_expired_account_invitations(*, now: datetime) -> int:
    """Delete invitations that nobody used and that expired 90 days ago; returns how many. Used ones are kept."""
    return delete_in_batches(AccountInvitation.objects.filter(used_at=None, expires_at__lt=now - RETENTION))
