"""Sessions of browsers: record, end and clean them up."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from core.querysets import delete_in_batches
from core.transactions import atomic
from notifications.services import remove_push_of_session, remove_push_subscriptions

from ..models import BrowserSession, User
from .security_notifications import notify_if_new_device


def record_browser_session(*, user: User, session_key: str, device: str, now: datetime) -> None:
    """Record the browser of a new session. `device` is its user agent, cut to 200 characters.

    Every sign-in has a new session, so a session that is recorded keeps its user, browser and time.
    """
    if Session.objects.filter(pk=session_key).exists():
        BrowserSession.objects.get_or_create(
            session_id=session_key, defaults={"user": user, "device": device[:200], "signed_in_at": now}
        )


@atomic
def record_sign_in(*, user: User, session_key: str, device: str, now: datetime) -> None:
    """Record the browser of a session that the user has just signed in to; notify them if it is new."""
    notify_if_new_device(user=user, device=device[:200], now=now)
    record_browser_session(user=user, session_key=session_key, device=device, now=now)


def end_browser_session(*, user: User, pk: int) -> bool:
    """End one of the user's sessions, and push to its browser; False if the user has no such session."""
    session = Session.objects.filter(browser__pk=pk, browser__user=user).first()
    if session is None:
        return False
    remove_push_of_session(session=session.get_decoded())
    session.delete()
    return True


def delete_sessions(user: User) -> None:
    """Delete the user's sessions, which a change of credentials has already made invalid, and end push."""
    remove_push_subscriptions(user=user)
    Session.objects.filter(browser__user=user).delete()


def delete_expired_sessions() -> int:
    """Delete expired sessions; returns the number of deleted rows."""
    return delete_in_batches(Session.objects.filter(expire_date__lt=Now()))
