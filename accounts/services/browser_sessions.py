"""Sessions of browsers and sign-ins of apps: record, end and clean them up."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.db.models.functions import Now

from ..models import BrowserSession, TokenFamily, User
from .api_tokens import revoke_families


def record_browser_session(*, user: User, session_key: str, device: str, now: datetime) -> None:
    """Record the browser of a new session. `device` is its user agent, cut to 200 characters."""
    if Session.objects.filter(pk=session_key).exists():
        BrowserSession.objects.update_or_create(
            session_id=session_key, defaults={"user": user, "device": device[:200], "signed_in_at": now}
        )


def end_browser_session(*, user: User, pk: int) -> bool:
    """End one of the user's sessions; False if the user has no such session."""
    return bool(Session.objects.filter(browser__pk=pk, browser__user=user).delete()[0])


def revoke_app(*, user: User, pk: str, now: datetime) -> bool:
    """Revoke one of the user's token families; False if the user has no such family."""
    return bool(revoke_families(families=Q(pk=pk, user=user), reason=TokenFamily.RevocationReason.LOGOUT, now=now))


def delete_expired_sessions() -> int:
    """Delete expired sessions; returns the number of deleted rows."""
    return Session.objects.filter(expire_date__lt=Now()).delete()[0]
