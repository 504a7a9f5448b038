"""E-mail addresses: confirmation e-mails, and keeping `User.email` in sync with allauth's `EmailAddress`.

An unconfirmed address is only a claim. A user who gives one cannot see whether another account has it: only the e-mail
sent to that address tells.
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _

from core.errors import Refused
from core.transactions import atomic
from notifications.services import enqueue_email

from ..models import User
from ..selectors import can_confirm_email, user_with_email
from .email_changes import record_email_change
from .email_kinds import CONFIRM, KNOWN
from .security_notifications import notify_email_changed


def check_can_confirm_email() -> None:
    """Raise `Refused` if the site cannot send the e-mail that would confirm an address."""
    if not can_confirm_email():
        raise Refused(_("This site cannot send e-mail."), code="no_mail_server")


def send_confirmation(*, address: EmailAddress, now: datetime) -> None:
    """Send an e-mail to the address: a confirmation link, or, if it is taken, a note to the account that has it."""
    # Both in any case: one query fewer would tell that the address is taken.
    owner, claimant = user_with_email(address.email), address.user
    if owner is None:
        enqueue_email(kind=CONFIRM, address=address.email, user=claimant, now=now)
    else:
        enqueue_email(kind=KNOWN, address=owner.email, user=owner, now=now)


@atomic
def copy_confirmed_email_to_user(address: EmailAddress, *, now: datetime) -> None:
    """Copy a confirmed address to `User.email`. If it replaces another one, the user is told, and that address."""
    user = User.objects.filter(pk=address.user_id).exclude(email=address.email).first()
    if user is None:
        return
    User.objects.filter(pk=user.pk).update(email=address.email)
    # An administrator may have written the same address in other letters.
    if user.email and user.email.lower() != address.email:
        _announce_change(user, old=user.email, new=address.email, now=now)


def clear_email_of_user(address: EmailAddress) -> None:
    """Clear `User.email` if it is the removed address."""
    User.objects.filter(pk=address.user_id, email__iexact=address.email).update(email="")


def add_email_address_of_new_user(user: User) -> None:
    """Create the `EmailAddress` of a user who has just been created with one: that counts as confirmed."""
    if user.email:
        EmailAddress.objects.create(user=user, email=user.email.lower(), verified=True, primary=True)


@atomic
def sync_email_addresses_from_user(user: User, *, now: datetime) -> None:
    """Update `EmailAddress` after a command or an administrator set `User.email`: that counts as confirmed."""
    email, own = user.email.lower(), EmailAddress.objects.filter(user=user)
    if own.filter(email=email, verified=True, primary=True).exists():
        return
    replaced = own.exclude(email=email).filter(verified=True)
    if (old := replaced.filter(primary=True).first()) is not None:
        _announce_change(user, old=old.email, new=email, now=now)
    replaced.delete()
    if not email:
        return
    own.exclude(email=email).update(primary=False)
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})


def _announce_change(user: User, *, old: str, new: str, now: datetime) -> None:
    change = record_email_change(user=user, old_email=old, new_email=new, now=now)
    notify_email_changed(user=user, old_address=old, change=change, now=now)
