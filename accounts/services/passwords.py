"""Knowing one's password, and having another one. Every session and token ends with the old one."""

from datetime import datetime

from django.db.models import Q

from fantasyf1.kit.errors import Invalid, Refused
from fantasyf1.kit.transactions import atomic

from ..models import Letter, TokenFamily, User
from . import letters, limits
from .tokens import end_sessions, revoke_families

NOT_YOURS = "This is not your password."


def check_own_password(*, user: User, password: str, now: datetime, field: str = "password") -> None:
    """Raise `Invalid` with `field` where this is not the user's password, `TooMany` where that was tried too often."""
    tries = [limits.password_limit(user)]
    limits.use_up(tries, now=now)
    if not user.check_password(password):
        raise Invalid(NOT_YOURS, field=field, code="wrong_password")
    limits.give_back(tries)


@atomic
def set_password(*, user: User, password: str, site: str, now: datetime) -> None:
    """Put a password in the place of the one that `user` came with. Raises `Refused` where that is no longer his.

    Held meanwhile: of two who change it at the same time, or by the same link, the second is told.
    """
    held = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if held.credentials_digest != user.credentials_digest:
        raise Refused("Your password was changed at the same moment.", code="changed")
    user.set_password(password)
    user.save(update_fields=["password"])
    revoke_families(families=Q(user=user), reason=TokenFamily.End.CREDENTIALS, now=now)
    end_sessions(user)
    if user.email:
        letters.post(kind=Letter.Kind.CHANGED, address=user.email, user=user, site=site, now=now)
