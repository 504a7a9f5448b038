"""Checking and changing passwords. A change ends all of the user's sessions and tokens."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid, Refused
from core.querysets import LockableQuerySet
from core.services.rate_limits import consume, refund
from core.transactions import atomic

from ..models import TokenFamily, User
from . import rate_limits
from .api_tokens import revoke_families
from .browser_sessions import delete_sessions
from .security_notifications import notify_password_changed

WRONG_PASSWORD = _("This password is wrong.")


def check_own_password(*, user: User, password: str, now: datetime, field: str = "password") -> None:
    """Raise `Invalid` for `field` if the password is wrong, `RateLimited` after too many attempts."""
    attempts = [rate_limits.password_limit(user)]
    consume(attempts, now=now)
    if not user.check_password(password):
        raise Invalid(str(WRONG_PASSWORD), field=field, code="wrong_password")
    refund(attempts)


@atomic
def set_password(*, user: User, password: str | None, now: datetime) -> None:
    """Set a new password; None for one that nobody can sign in with. Raises `Refused` if it has changed since `user`
    was loaded.

    The row is locked: of two concurrent changes, or two uses of the same link, the second is refused.
    """
    locked: User = LockableQuerySet(User).locked().get(pk=user.pk)
    if locked.credentials_digest != user.credentials_digest:
        raise Refused(gettext("Your password was changed at the same moment. Try again."), code="changed")
    user.set_password(password)
    _save_password(user, now)
    notify_password_changed(user=user, now=now)


@atomic
def remove_password(*, user: User, now: datetime) -> None:
    """Make the password unusable, until a new one is set with a link."""
    user.set_unusable_password()
    _save_password(user, now)


def _save_password(user: User, now: datetime) -> None:
    """Save the password, and end all sessions and tokens."""
    user.save(update_fields=["password"])
    revoke_families(families=Q(user=user), reason=TokenFamily.RevocationReason.CREDENTIALS, now=now)
    delete_sessions(user)
