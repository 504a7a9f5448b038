"""Deactivating and deleting accounts."""

from datetime import datetime

from django.db import IntegrityError
from django.db.models import F, Q
from django.utils.translation import gettext as _

from core.errors import Refused
from core.transactions import atomic

from ..models import TokenFamily, User
from ..signals import user_deactivated, user_deleted
from .api_tokens import revoke_families
from .browser_sessions import delete_sessions
from .passwords import check_own_password
from .security_notifications import notify_deactivated


@atomic
def deactivate(*, user: User, now: datetime) -> None:
    """Deactivate the account, and tell its address. Its sessions and tokens stay invalid if it is activated again."""
    User.objects.filter(pk=user.pk).update(is_active=False, credentials_version=F("credentials_version") + 1)
    user.refresh_from_db(fields=["is_active", "credentials_version"])
    revoke_families(families=Q(user=user), reason=TokenFamily.RevocationReason.CREDENTIALS, now=now)
    delete_sessions(user)
    user_deactivated.send(sender=User, user=user, now=now)
    notify_deactivated(user=user, now=now)


def delete_account(*, user: User, password: str, now: datetime) -> None:
    """Delete the account. Leagues that the user manages pass to other members; picks stay, as a former player's.

    Raises `Invalid` for a wrong password, `Refused` for the last administrator and on a concurrent change.
    """
    check_own_password(user=user, password=password, now=now)
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        raise Refused(_("You are the only administrator. Appoint another one first."), code="last_administrator")
    try:
        _delete(user, now)
    except IntegrityError as error:
        raise Refused(_("Your data changed at the same moment. Try again."), code="changed") from error


@atomic
def _delete(user: User, now: datetime) -> None:
    user_deleted.send(sender=User, user=user, now=now)
    delete_sessions(user)
    User.objects.get(pk=user.pk).delete()
