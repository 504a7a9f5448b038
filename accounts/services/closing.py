"""Shutting people out."""

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from ..models import TokenFamily, User
from .tokens import end_sessions, revoke_families


@transaction.atomic
def shut_out(*, user: User, now: datetime) -> None:
    """Close the account to its owner. Sessions and tokens of before do not come back when it is opened again."""
    User.objects.filter(pk=user.pk).update(is_active=False, credentials_version=F("credentials_version") + 1)
    user.refresh_from_db(fields=["is_active", "credentials_version"])
    revoke_families(families=Q(user=user), reason=TokenFamily.End.CREDENTIALS, now=now)
    end_sessions(user)
