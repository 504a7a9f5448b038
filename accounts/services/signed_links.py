"""Signed links in e-mails. They expire, and stop working once what they refer to has changed.

The links to confirm an address and to reset a password are allauth's.
"""

from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid

from ..models import AccountInvitation, EmailChange, User

INVITATION_SALT = "accounts.invitation"
INVITATION_LIFETIME = timedelta(days=30)
UNDO_SALT = "accounts.undo_email_change"
BAD_LINK = _("This link is wrong or has expired. Request a new one.")


def email_confirmation_path(address: EmailAddress) -> str:
    """The path of the page that confirms the address."""
    return reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])


def password_reset_path(user: User) -> str:
    """The path of the page on which the user sets a new password."""
    return reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), password_reset_key(user)])


def password_reset_token(user: User) -> str:
    """The last part of that path, with which the API sets a new password."""
    return f"{user_pk_to_url_str(user)}-{password_reset_key(user)}"


def password_reset_key(user: User) -> str:
    return str(default_token_generator.make_token(user))


def invitation_token(invitation: AccountInvitation) -> str:
    return signing.dumps(invitation.pk, salt=INVITATION_SALT)


def read_invitation_token(token: str) -> int:
    """The primary key of the invitation in a signed token. Raises `Invalid` for a bad or expired signature."""
    try:
        return int(signing.loads(token, salt=INVITATION_SALT, max_age=INVITATION_LIFETIME))
    except signing.BadSignature as error:
        raise Invalid(str(BAD_LINK), field="token", code="bad_link") from error


def undo_token(change: EmailChange) -> str:
    """The token that undoes the change. How long it works is up to the row."""
    return signing.Signer(salt=UNDO_SALT).sign_object(change.pk)


def undo_path(change: EmailChange) -> str:
    """The path of the page that undoes the change."""
    return reverse("accounts:undo_email_change", args=[undo_token(change)])


def read_undo_token(token: str) -> int:
    """The primary key of the change in a signed token. Raises `Invalid` for a bad signature."""
    try:
        return int(signing.Signer(salt=UNDO_SALT).unsign_object(token))
    except signing.BadSignature as error:
        raise Invalid(gettext("This link is wrong."), field="token", code="bad_link") from error
