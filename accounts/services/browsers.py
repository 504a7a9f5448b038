"""Where a person is signed in, in browsers and apps, and how he ends that."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.db.models.functions import Now

from ..models import Browser, TokenFamily, User
from .tokens import revoke_families


def note_browser(*, user: User, session_key: str, device: str, now: datetime) -> None:
    """Write down that the user has signed in with a session."""
    if Session.objects.filter(pk=session_key).exists():
        Browser.objects.update_or_create(
            session_id=session_key, defaults={"user": user, "device": device[:200], "signed_in_at": now}
        )


def end_browser(*, user: User, pk: int) -> bool:
    """End one session of the user's; False where he has none such."""
    return bool(Session.objects.filter(browser__pk=pk, browser__user=user).delete()[0])


def end_app(*, user: User, pk: str, now: datetime) -> bool:
    """End one sign-in of an app of the user's; False where he has none such."""
    return bool(revoke_families(families=Q(pk=pk, user=user), reason=TokenFamily.End.LOGOUT, now=now))


def forget_old_sessions() -> int:
    """Delete the sessions that have expired; returns how many rows."""
    return Session.objects.filter(expire_date__lt=Now()).delete()[0]
