"""Deactivating and deleting accounts."""

from datetime import datetime

from django.db import IntegrityError
from django.db.models import F, Q

from fantasyf1.kit.errors import Refused
from fantasyf1.kit.transactions import atomic

from ..models import TokenFamily, User
from ..signals import account_closing
from .passwords import check_own_password
from .tokens import end_sessions, revoke_families


@atomic
def shut_out(*, user: User, now: datetime) -> None:
    """Deactivate the account. Its sessions and tokens stay invalid if the account is activated again."""
    User.objects.filter(pk=user.pk).update(is_active=False, credentials_version=F("credentials_version") + 1)
    user.refresh_from_db(fields=["is_active", "credentials_version"])
    revoke_families(families=Q(user=user), reason=TokenFamily.End.CREDENTIALS, now=now)
    end_sessions(user)


def delete_account(*, user: User, password: str, now: datetime) -> None:
    """Delete the account. Leagues that the user manages pass to other members; picks stay, as a former player's.

    Raises `Invalid` for a wrong password, `Refused` for the last administrator and on a concurrent change.
    """
    check_own_password(user=user, password=password, now=now)
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        raise Refused("You are the only administrator: make somebody else one first.", code="last_administrator")
    try:
        _delete(user, now)
    except IntegrityError as error:
        raise Refused("Something of yours changed at the same moment. Try again.", code="changed") from error


@atomic
def _delete(user: User, now: datetime) -> None:
    account_closing.send(sender=User, user=user, now=now)
    end_sessions(user)
    User.objects.get(pk=user.pk).delete()
