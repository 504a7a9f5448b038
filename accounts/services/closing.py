"""Shutting people out, and closing one's own account for good."""

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
    """Close the account to its owner. Sessions and tokens of before do not come back when it is opened again."""
    User.objects.filter(pk=user.pk).update(is_active=False, credentials_version=F("credentials_version") + 1)
    user.refresh_from_db(fields=["is_active", "credentials_version"])
    revoke_families(families=Q(user=user), reason=TokenFamily.End.CREDENTIALS, now=now)
    end_sessions(user)


def delete_account(*, user: User, password: str, now: datetime) -> None:
    """Delete the account. Leagues go on: what the user manages passes to others, and his picks are a former player's.

    Raises `Invalid` for a wrong password, `Refused` for the last administrator.
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
