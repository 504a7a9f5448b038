"""Notifications to users of what happened to the security of their account, with the device and the time."""

from datetime import datetime

from allauth.core import context
from allauth.mfa.models import Authenticator

from core.formatting.devices import device_name
from notifications.kinds import Message
from notifications.services import enqueue_email, notify

from ..models import EmailChange, User
from ..notification_kinds import (
    EMAIL_CHANGED,
    EMAIL_RESTORED,
    MFA_TURNED_OFF,
    MFA_TURNED_ON,
    NEW_SIGN_IN,
    PASSWORD_CHANGED,
    RECOVERY_CODES_REPLACED,
    SIGNED_OUT_EVERYWHERE,
)
from ..selectors import app_sign_ins_of, browser_sessions_of, has_mfa
from .email_kinds import ADDRESS_CHANGED, ADDRESS_RESTORED, DEACTIVATED

MAX_DEVICE_LENGTH = 60


def notify_password_changed(*, user: User, now: datetime) -> None:
    _notify(PASSWORD_CHANGED, user, now)


def notify_email_changed(*, user: User, old_address: str, change: EmailChange | None, now: datetime) -> None:
    """Tell the account, and the address that it had until now, with a link to undo the `change` if that is possible."""
    _notify(EMAIL_CHANGED, user, now)
    params = {"change": change.pk} if change else {}
    enqueue_email(kind=ADDRESS_CHANGED, address=old_address, user=user, params=params, now=now)


def notify_email_restored(*, user: User, replaced_address: str, now: datetime) -> None:
    """Tell the account, which has its old address again, and the address that it had until now."""
    _notify(EMAIL_RESTORED, user, now)
    if replaced_address and replaced_address != user.email:
        enqueue_email(kind=ADDRESS_RESTORED, address=replaced_address, user=user, now=now)


def notify_authenticator_added(*, authenticator: Authenticator, now: datetime) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        _notify(MFA_TURNED_ON, authenticator.user, now)


def notify_authenticator_removed(*, authenticator: Authenticator, now: datetime) -> None:
    """Recovery codes that are deleted while two-factor authentication is on are replaced by new ones."""
    if authenticator.type == Authenticator.Type.TOTP:
        _notify(MFA_TURNED_OFF, authenticator.user, now)
    elif has_mfa(authenticator.user):
        _notify(RECOVERY_CODES_REPLACED, authenticator.user, now)


def notify_signed_out_everywhere(*, user: User, now: datetime) -> None:
    _notify(SIGNED_OUT_EVERYWHERE, user, now)


def notify_deactivated(*, user: User, now: datetime) -> None:
    """Tell the address of the account by e-mail: notifications are only for accounts that are active."""
    if user.email:
        enqueue_email(kind=DEACTIVATED, address=user.email, user=user, now=now)


def notify_if_new_device(*, user: User, device: str, now: datetime) -> None:
    """Notify a user who is signed in elsewhere, but not with this browser or app. Call it before it is recorded.

    `device` is the user agent. Versions do not count: a browser that was updated is not a new one.
    """
    name = device_name(device)
    known = {browser.device_name for browser in browser_sessions_of(user)}
    known |= {app.device_name for app in app_sign_ins_of(user, now)}
    if known and name not in known:
        _notify(NEW_SIGN_IN, user, now, name)


def _notify(message: Message, user: User, now: datetime, device: str | None = None) -> None:
    device = _current_device(user) if device is None else device
    params = {"device": device[:MAX_DEVICE_LENGTH], "happened_at": now}
    notify(users=[user], message=message, key=f"{message.name}:{now.isoformat()}", params=params, now=now)


def _current_device(user: User) -> str:
    """The browser or app that sends the current request; empty outside requests, and if somebody else does it."""
    request = context.request
    if request is None or (request.user.is_authenticated and request.user.pk != user.pk):
        return ""
    return device_name(request.headers.get("User-Agent", ""))
