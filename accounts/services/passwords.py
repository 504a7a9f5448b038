"""Checking and changing passwords. A change ends all of the user's sessions and tokens."""

from datetime import datetime

from django.db.models import Q

from fantasyf1.kit.errors import Invalid, Refused
from fantasyf1.kit.transactions import atomic

from ..models import Letter, TokenFamily, User
from . import letters, limits
from .tokens import end_sessions, revoke_families

NOT_YOURS = "This is not your password."


def check_own_password(*, user: User, password: str, now: datetime, field: str = "password") -> None:
    """Raise `Invalid` for `field` if the password is wrong, `TooMany` after too many attempts."""
    attempts = [limits.password_limit(user)]
    limits.use_up(attempts, now=now)
    if not user.check_password(password):
        raise Invalid(NOT_YOURS, field=field, code="wrong_password")
    limits.give_back(attempts)


@atomic
def set_password(*, user: User, password: str, site: str, now: datetime) -> None:
    """Set a new password. Raises `Refused` if it has changed since `user` was loaded.

    The row is locked: of two concurrent changes, or two uses of the same link, the second is refused.
    """
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if locked.credentials_digest != user.credentials_digest:
        raise Refused("Your password was changed at the same moment.", code="changed")
    user.set_password(password)
    user.save(update_fields=["password"])
    revoke_families(families=Q(user=user), reason=TokenFamily.End.CREDENTIALS, now=now)
    end_sessions(user)
    if user.email:
        letters.post(kind=Letter.Kind.CHANGED, address=user.email, user=user, site=site, now=now)
