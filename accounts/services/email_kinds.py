"""The kinds of e-mail about accounts, which the outbox in `notifications` sends."""

from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from notifications.email_kinds import EmailContent, EmailKind, EmailRequest

from ..models import AccountInvitation, EmailChange
from . import signed_links


def _confirmation(email: EmailRequest) -> EmailContent | None:
    """The link to confirm an address; None if it has been confirmed or removed meanwhile."""
    address = EmailAddress.objects.filter(user=email.user, email=email.address, verified=False).first()
    return EmailContent(signed_links.email_confirmation_path(address)) if address else None


def _forgotten_password(_: EmailRequest) -> EmailContent:
    return EmailContent(reverse("accounts:forgot_password"))


def _password_reset(email: EmailRequest) -> EmailContent | None:
    """The link to set a new password; None if no active account has the address, or none has it any more."""
    if email.user is None or not email.user.is_active or email.user.email.lower() != email.address.lower():
        return None
    return EmailContent(signed_links.password_reset_path(email.user))


def _invitation(email: EmailRequest) -> EmailContent | None:
    """The link to sign up; None if the invitation was deleted."""
    invitation = AccountInvitation.objects.filter(pk=email.params["invitation"]).first()
    if invitation is None:
        return None
    return EmailContent(f"{reverse('accounts:sign_up')}?invitation={signed_links.invitation_token(invitation)}")


def _address_change(email: EmailRequest) -> EmailContent | None:
    """The link to undo the change; None if it no longer works. Where nothing can be undone: the security page."""
    if (pk := email.params.get("change")) is None:
        return EmailContent(reverse("accounts:security"))
    change = EmailChange.objects.filter(pk=pk, undone_at=None).first()
    if change is None or email.now >= change.undo_until:
        return None
    return EmailContent(signed_links.undo_path(change), {"undo_until": change.undo_until})


def _front_page_if_deactivated(email: EmailRequest) -> EmailContent | None:
    """None if the account was activated again meanwhile, or deleted."""
    return EmailContent("/") if email.user and not email.user.is_active else None


CONFIRM = EmailKind("confirm", _("Confirm your e-mail address"), "accounts/emails/confirm.txt", _confirmation)
KNOWN = EmailKind("known", _("You already have an account"), "accounts/emails/known.txt", _forgotten_password)
RESET = EmailKind("reset", _("Set a new password"), "accounts/emails/reset.txt", _password_reset)
# Not sent any more: for rows of the outbox from before changed passwords were a notification.
CHANGED = EmailKind("changed", _("Your password was changed"), "accounts/emails/changed.txt", _forgotten_password)
# To the old address.
ADDRESS_CHANGED = EmailKind(
    "address_changed", _("Your e-mail address was changed"), "accounts/emails/address_changed.txt", _address_change
)
# To the address that was replaced by the restored one.
ADDRESS_RESTORED = EmailKind(
    "address_restored",
    _("A change of your e-mail address was undone"),
    "accounts/emails/address_restored.txt",
    _forgotten_password,
)
DEACTIVATED = EmailKind(
    "deactivated", _("Your account was deactivated"), "accounts/emails/deactivated.txt", _front_page_if_deactivated
)
INVITATION = EmailKind("invitation", _("Invitation to the site"), "accounts/emails/invitation.txt", _invitation)

KINDS = (CONFIRM, KNOWN, RESET, CHANGED, ADDRESS_CHANGED, ADDRESS_RESTORED, DEACTIVATED, INVITATION)
