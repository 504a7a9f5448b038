"""Undoing a change of the e-mail address, with a link in the e-mail to the old address.

The oldest address wins: undoing a change also ends the links of all later ones, so somebody who took over an account
cannot keep it by changing the address again.
"""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import Gone, Refused
from core.querysets import LockableQuerySet, delete_in_batches
from core.transactions import atomic

from ..models import EmailChange, User
from ..selectors import has_mfa
from . import signed_links
from .mfa import replace_recovery_codes
from .passwords import remove_password
from .security_notifications import notify_email_restored

# Longer than links work, so that an old link can say that it has expired.
RETENTION = timedelta(days=30)


def record_email_change(*, user: User, old_email: str, new_email: str, now: datetime) -> EmailChange | None:
    """Record that the address was replaced or removed (`new_email` is empty), so that it can be undone.

    None if it cannot be: where addresses are not confirmed, the old one may be anybody's. And an account that is given
    an old address again has that change undone already: a link to the address in between would undo the repair.
    """
    if not settings.CONFIRM_EMAIL:
        return None
    undoable = EmailChange.objects.filter(user=user, undone_at=None, changed_at__gt=now - EmailChange.UNDO_PERIOD)
    reverted = undoable.filter(old_email=new_email).order_by("pk").first()
    if reverted is None:
        return EmailChange.objects.create(user=user, old_email=old_email.lower(), changed_at=now)
    undoable.filter(pk__gt=reverted.pk).update(undone_at=now)
    return None


def change_to_undo(*, token: str, now: datetime) -> EmailChange:
    """The change that the token of an e-mail can undo. Raises `Invalid` for a wrong token, `Gone` for an old one."""
    pk = signed_links.read_undo_token(token)
    change = EmailChange.objects.select_related("user").filter(pk=pk, user__is_active=True).first()
    if change is None or now >= change.undo_until:
        raise Gone(_("This link has expired. It worked for seven days."))
    if change.undone_at is not None:
        raise Gone(_("This link no longer works: the change was undone before."))
    return change


@atomic
def undo_email_change(*, token: str, now: datetime) -> User:
    """Give the account its old address back, sign it out everywhere, and make its password unusable.

    Returns the user, who has to set a new password. Two-factor authentication that was set up since the change is
    turned off. Raises `Invalid` for a wrong token, `Gone` for one that no longer works, `Refused` if another account
    has the address.
    """
    LockableQuerySet(User).locked().get(pk=change_to_undo(token=token, now=now).user_id)
    # Again, since another request may have used the link until the row was locked.
    change = change_to_undo(token=token, now=now)
    user, replaced_address = change.user, change.user.email
    EmailChange.objects.filter(user=user, pk__gte=change.pk, undone_at=None).update(undone_at=now)
    _restore_address(user, change.old_email)
    _undo_mfa_changes(user, change.changed_at)
    remove_password(user=user, now=now)
    notify_email_restored(user=user, replaced_address=replaced_address, now=now)
    return user


def delete_old_email_changes(*, now: datetime) -> int:
    """Delete changes older than 30 days; returns how many."""
    return delete_in_batches(EmailChange.objects.filter(changed_at__lt=now - RETENTION))


def _restore_address(user: User, email: str) -> None:
    """Make this the user's only address."""
    EmailAddress.objects.filter(user=user).delete()
    try:
        with transaction.atomic():
            EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    except IntegrityError as error:
        raise Refused(_("Another account has this address by now."), code="address_taken") from error
    user.refresh_from_db(fields=["email"])


def _undo_mfa_changes(user: User, since: datetime) -> None:
    """Turn off two-factor authentication that was set up since then, and replace recovery codes that were made since.

    They may belong to somebody who took over the account, and would keep its owner out.
    """
    new_types = set(Authenticator.objects.filter(user=user, created_at__gte=since).values_list("type", flat=True))
    if Authenticator.Type.TOTP in new_types:
        Authenticator.objects.filter(user=user).delete()
    elif Authenticator.Type.RECOVERY_CODES in new_types and has_mfa(user):
        replace_recovery_codes(user=user)
