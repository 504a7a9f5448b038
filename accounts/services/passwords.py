"""Changing a password, and setting a new one by a link in a mail. Every session and token ends with the old one."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from fantasyf1.kit.errors import Invalid

from ..models import Letter, TokenFamily, User
from ..selectors import user_with_email
from . import letters, limits, links
from .checks import check_password
from .tokens import end_sessions, revoke_families


def change_password(*, user: User, current_password: str, new_password: str, site: str = "", now: datetime) -> None:
    """Put a new password in the place of the one that the user knows.

    Raises `Invalid` with `field` current_password or new_password.
    """
    limits.use_up([limits.password_limit(user)], now=now)
    _change(user, current_password, new_password, site, now)
    limits.give_back([limits.password_limit(user)])


@transaction.atomic
def _change(user: User, current_password: str, new_password: str, site: str, now: datetime) -> None:
    # Held, so that of two who change it at the same time the second is told that his is no longer the current one.
    held = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not held.check_password(current_password):
        raise Invalid("This is not your password.", field="current_password", code="wrong_password")
    check_password(held, new_password, field="new_password")
    _set_password(held, new_password, site, now)
    user.password = held.password


def ask_for_reset(*, email: str, site: str, client: str, now: datetime) -> None:
    """Send a link to set a new password to whoever has this address. Nothing tells whether somebody has.

    `client` is where the request comes from; raises `TooMany` when it, or others for the same address, ask too often.
    """
    limits.use_up(limits.mail_limits(email, client), now=now)
    user = user_with_email(email.strip())
    if user is not None and user.is_active:
        letters.post(kind=Letter.Kind.RESET, address=user.email, user=user, site=site, now=now)


@transaction.atomic
def reset_password(*, token: str, new_password: str, site: str = "", now: datetime) -> User:
    """Set a new password by the link of a mail, once. Raises `Invalid` with `field` token or new_password."""
    user = user_of_reset(token)
    # Held and looked at again: the first of two uses changes what the link was made for.
    held = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if held.credentials_digest != user.credentials_digest:
        raise Invalid(links.NO_GOOD, field="token", code="bad_link")
    check_password(held, new_password, field="new_password")
    _set_password(held, new_password, site, now)
    return held


def user_of_reset(token: str) -> User:
    """Whose password the link sets. Raises `Invalid` where it is no good: too old, used, or of an address of before."""
    pk, address, digest = links.read(token, links.RESET)
    user = User.objects.filter(pk=pk, email=address, is_active=True).first()
    if user is None or user.credentials_digest[:16] != digest:
        raise Invalid(links.NO_GOOD, field="token", code="bad_link")
    return user


def _set_password(user: User, password: str, site: str, now: datetime) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    revoke_families(families=Q(user=user), reason=TokenFamily.End.CREDENTIALS, now=now)
    end_sessions(user)
    if user.email:
        letters.post(kind=Letter.Kind.CHANGED, address=user.email, user=user, site=site, now=now)
