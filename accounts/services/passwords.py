"""Changing a password; every session and every token ends with the one that it was opened with."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from fantasyf1.kit.errors import Invalid

from ..models import TokenFamily, User
from .checks import check_password
from .tokens import revoke_families


@transaction.atomic
def change_password(*, user: User, current_password: str, new_password: str, now: datetime) -> None:
    """Put a new password in the place of the one that the user knows.

    Raises `Invalid` with `field` current_password or new_password.
    """
    # Held, so that of two who change it at the same time the second is told that his is no longer the current one.
    held = User.objects.select_for_update().get(pk=user.pk)
    if not held.check_password(current_password):
        raise Invalid("This is not your password.", field="current_password", code="wrong_password")
    check_password(held, new_password, field="new_password")
    set_password(held, new_password, now=now)
    user.password = held.password


def set_password(user: User, password: str, *, now: datetime) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])
    revoke_families(families=Q(user=user), reason=TokenFamily.End.CREDENTIALS, now=now)
