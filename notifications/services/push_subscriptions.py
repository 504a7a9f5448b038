"""Push subscriptions: add a user's browser or device, remove it, send a test to it."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from core.errors import Invalid, Refused
from core.querysets import LockableQuerySet
from core.services.rate_limits import RateLimitRule, consume
from core.transactions import atomic
from core.web.outgoing import OutgoingClient, OutgoingRequestRefused, check_url
from core.web.standard_webhooks import check_secret

from ..channels import SendError, TargetGoneError, web_push
from ..channels.push import Push, push
from ..models import PushSubscription

Kind = PushSubscription.Kind

MAX_SUBSCRIPTIONS = 10
# Each test holds a request for as long as the other side takes to answer.
TESTS_PER_HOUR = 20
# Where a session keeps the id of its browser's subscription, which ends with it.
SESSION_KEY = "push_subscription"


@atomic
def subscribe_to_push(
    *,
    user: AbstractBaseUser,
    kind: str,
    endpoint: str,
    p256dh: str = "",
    auth: str = "",
    secret: str = "",
    name: str = "",
    now: datetime,
) -> PushSubscription:
    """Push the user's notifications to an endpoint. A browser that another user has used becomes this user's.

    `name` is what the user calls the device, or a user agent. Raises `Invalid` for an endpoint, keys or a secret that
    cannot work, and `Refused` beyond 10 devices.
    """
    _check(kind, endpoint, p256dh, auth, secret)
    # Of two concurrent calls, the second sees what the first has added.
    LockableQuerySet(get_user_model()).locked().get(pk=user.pk)
    endpoint_hash = _endpoint_hash(user, kind, endpoint)
    PushSubscription.objects.filter(endpoint_hash=endpoint_hash).exclude(user=user.pk).delete()
    _check_count(user, endpoint_hash)
    values = {"kind": kind, "endpoint": endpoint, "p256dh": p256dh, "auth": auth, "secret": secret, "name": name[:200]}
    subscription, _is_new = PushSubscription.objects.update_or_create(
        endpoint_hash=endpoint_hash,
        defaults={**values, "user_id": user.pk, "failures": 0, "retry_at": None, "last_error": ""},
        create_defaults={**values, "user_id": user.pk, "created_at": now},
    )
    return subscription


def _check(kind: str, endpoint: str, p256dh: str, auth: str, secret: str) -> None:
    try:
        check_url(endpoint)
    except OutgoingRequestRefused as error:
        raise Invalid(str(error), field="endpoint") from error
    if kind == Kind.WEBHOOK:
        _check_secret(secret)
    elif kind == Kind.WEBPUSH or p256dh or auth:
        _check_keys(p256dh, auth)


def _check_secret(secret: str) -> None:
    try:
        check_secret(secret)
    except ValueError as error:
        sentence = _("The secret must be “whsec_” and 24 to 64 bytes in base64.")
        raise Invalid(sentence, field="secret") from error


def _check_keys(p256dh: str, auth: str) -> None:
    try:
        web_push.check_keys(p256dh, auth)
    except ValueError as error:
        raise Invalid(_("These are not the keys of a push subscription."), field="p256dh") from error


def _endpoint_hash(user: AbstractBaseUser, kind: str, endpoint: str) -> str:
    """What makes an endpoint unique. The server of an app may be the endpoint of several users."""
    owner = f"{user.pk}:" if kind == Kind.WEBHOOK else ""
    return hashlib.sha256(f"{owner}{endpoint}".encode()).hexdigest()


def _check_count(user: AbstractBaseUser, endpoint_hash: str) -> None:
    others = PushSubscription.objects.filter(user=user.pk).exclude(endpoint_hash=endpoint_hash)
    if others.count() >= MAX_SUBSCRIPTIONS:
        sentence = _("You can have push on %(most)d devices. Remove one of them first.")
        raise Refused(sentence % {"most": MAX_SUBSCRIPTIONS}, code="too_many_devices")


def remove_push_subscription(*, subscription: PushSubscription) -> None:
    """Push nothing to it any more, not even what is on its way."""
    subscription.delete()


def remove_push_of_session(*, session: Mapping[str, Any]) -> None:
    """Remove the subscription of the browser that has this session."""
    PushSubscription.objects.filter(pk=session.get(SESSION_KEY, 0)).delete()


def remove_push_subscriptions(*, user: AbstractBaseUser) -> None:
    """Remove all subscriptions of the user, such as when they sign out everywhere."""
    PushSubscription.objects.filter(user=user.pk).delete()


def send_test_push(*, subscription: PushSubscription, now: datetime) -> None:
    """Send a test message, and wait for the response. Raises `Refused` with the reason if it was not accepted."""
    consume([RateLimitRule("test push of", str(subscription.user_id), TESTS_PER_HOUR, timedelta(hours=1))], now=now)
    body = _("Push works on this device.")
    message = Push("test", "test", _("Test from Fantasy F1"), body, f"{settings.SITE_URL}/", None, is_urgent=True)
    try:
        with OutgoingClient() as client:
            push(client, subscription, message, now)
    except TargetGoneError as error:
        raise Refused(_("This device has turned off push, so it was removed."), code="device_gone") from error
    except SendError as error:
        sentence = _("The message was not accepted: %(reason)s")
        raise Refused(sentence % {"reason": error.reason}, code="push_failed") from error
