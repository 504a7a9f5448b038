"""Notifications by push: to browsers (RFC 8030), to UnifiedPush endpoints, and to the servers of apps as webhooks."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import clock
from core.web.languages import reading_as
from core.web.outgoing import OutgoingClient, OutgoingRequestFailed, OutgoingRequestRefused, OutgoingResponse
from core.web.standard_webhooks import signed_headers

from ..kinds import PUSH
from ..models import PushSubscription
from . import Channel, OutgoingMessage, Send, SendError, TargetGoneError, web_push

Kind = PushSubscription.Kind

# Push services accept 4096 bytes, of which encryption takes some (RFC 8030, 7.2).
MAX_PAYLOAD_BYTES = 3 * 1024
# How long a push service keeps a message that does not expire, if the device is not reachable.
DAY = timedelta(days=1)
FIRST_RETRY_AFTER = timedelta(minutes=1)
MAX_RETRY_AFTER = timedelta(hours=1)
GONE = {Kind.WEBPUSH: (404, 410), Kind.UNIFIEDPUSH: (404, 410), Kind.WEBHOOK: (410,)}


@dataclass(frozen=True)
class Push:
    """What a device shows. `key` stays the same at each attempt, and a newer message with it replaces the older one."""

    key: str
    kind: str
    title: str
    body: str
    url: str
    expires_at: datetime | None
    is_urgent: bool


class PushChannel(Channel):
    name = PUSH
    label = _("Push")

    def targets(self, users: Collection[Any]) -> Mapping[int, Sequence[str]]:
        targets = defaultdict(list)
        rows = PushSubscription.objects.filter(user__in=[user.pk for user in users])
        for user, pk in rows.values_list("user", "pk"):
            targets[user].append(f"sub:{pk}")
        return targets

    @contextmanager
    def connect(self) -> Iterator[Send[OutgoingMessage]]:
        with OutgoingClient() as client:

            def send(message: OutgoingMessage, mark_handed_over: Callable[[], None]) -> None:
                subscription, now = _subscription_of(message), clock.now()
                _check_is_due(subscription, now)
                mark_handed_over()
                with reading_as(message.user):
                    shown = _push(message)
                push(client, subscription, shown, now)

            yield send


def _subscription_of(message: OutgoingMessage) -> PushSubscription:
    """The subscription that the message is for, if it is still the user's: another one may use the browser now."""
    pk = message.target.removeprefix("sub:")
    subscription = PushSubscription.objects.filter(pk=pk, user=message.user.pk).first()
    if subscription is None:
        raise TargetGoneError("The device was removed.")
    return subscription


def _check_is_due(subscription: PushSubscription, now: datetime) -> None:
    if subscription.retry_at and subscription.retry_at > now:
        raise SendError(subscription.last_error, retry_after=subscription.retry_at - now)


def _push(message: OutgoingMessage) -> Push:
    first, others = message.items[0], len(message.items) - 1
    title = first.text.title
    if others:
        more = ngettext("%(title)s, and %(count)d more", "%(title)s, and %(count)d more", others)
        title = more % {"title": title, "count": others}
    url = f"{settings.SITE_URL}{reverse('notifications:list')}" if others else first.url
    return Push(message.key, first.kind.name, title, first.text.body, url, message.expires_at, message.is_urgent)


# -- one request -------------------------------------------------------------------------------------------------------


def push(client: OutgoingClient, subscription: PushSubscription, message: Push, now: datetime) -> None:
    """Send a message to a subscription, and record how that went. Raises `SendError` or `TargetGoneError`."""
    headers, body = _request(subscription, message, now)
    try:
        _check(_response(client, subscription, headers, body), subscription)
    except SendError as error:
        _record_failure(subscription, error, now)
        raise
    _update(subscription, last_success_at=now, last_error="", failures=0, retry_at=None)


def _response(
    client: OutgoingClient, subscription: PushSubscription, headers: Mapping[str, str], body: bytes
) -> OutgoingResponse:
    try:
        return client.post(subscription.endpoint, headers=headers, body=body)
    except OutgoingRequestRefused as error:
        raise SendError(str(error), is_permanent=True) from error
    except OutgoingRequestFailed as error:
        # If it has arrived, the next attempt replaces it: both have the same key.
        raise SendError(str(error)) from error


def _check(response: OutgoingResponse, subscription: PushSubscription) -> None:
    if response.is_success:
        return
    if response.status in GONE[Kind(subscription.kind)]:
        PushSubscription.objects.filter(pk=subscription.pk).delete()
        raise TargetGoneError("The device does not get messages from this site any more.")
    host, is_temporary = urlsplit(subscription.endpoint).hostname, response.status == 429 or response.status >= 500
    raise SendError(
        f"{host} refused the message ({response.status}).",
        is_permanent=not is_temporary,
        retry_after=response.retry_after(clock.system_now()) if is_temporary else None,
    )


def _record_failure(subscription: PushSubscription, error: SendError, now: datetime) -> None:
    pause = min(FIRST_RETRY_AFTER * (1 << min(subscription.failures, 10)), MAX_RETRY_AFTER)
    _update(
        subscription,
        failures=min(subscription.failures + 1, 30_000),
        last_error=error.reason[:200],
        retry_at=now + max(pause, error.retry_after or timedelta(0)),
    )


def _update(subscription: PushSubscription, **values: object) -> None:
    PushSubscription.objects.filter(pk=subscription.pk).update(**values)


# -- what is sent ------------------------------------------------------------------------------------------------------


def _request(subscription: PushSubscription, message: Push, now: datetime) -> tuple[dict[str, str], bytes]:
    if subscription.kind == Kind.WEBHOOK:
        return _webhook_request(subscription, message, now)
    headers = {"TTL": str(_seconds_to_live(message, now)), "Topic": _topic(message)}
    headers["Urgency"] = "high" if message.is_urgent else "normal"
    body = _json(message)
    if not subscription.p256dh:
        return {**headers, "Content-Type": "application/json"}, body
    headers |= {"Content-Type": "application/octet-stream", "Content-Encoding": "aes128gcm"}
    headers["Authorization"] = web_push.authorization(subscription.endpoint)
    return headers, web_push.encrypt(body, p256dh=subscription.p256dh, auth=subscription.auth)


def _webhook_request(subscription: PushSubscription, message: Push, now: datetime) -> tuple[dict[str, str], bytes]:
    event = {"type": "notification", "timestamp": now.isoformat(), "data": _data(message)}
    body = json.dumps(event | {"device_id": subscription.pk}, ensure_ascii=False).encode()
    message_id = f"notification_{message.key}_{subscription.pk}"
    signature = signed_headers(secret=subscription.secret, message_id=message_id, body=body, now=clock.system_now())
    return {"Content-Type": "application/json", **signature}, body


def _seconds_to_live(message: Push, now: datetime) -> int:
    left = message.expires_at - now if message.expires_at else DAY
    return max(int(left.total_seconds()), 0)


def _topic(message: Push) -> str:
    """RFC 8030, 5.4: of the messages with the same topic that wait for a device, only the last is delivered."""
    return web_push.b64(hashlib.sha256(message.key.encode()).digest())[:32]


def _data(message: Push) -> dict[str, str | None]:
    return {
        "title": message.title,
        "body": message.body,
        "url": message.url,
        "tag": message.key,
        "kind": message.kind,
        "expires_at": message.expires_at.isoformat() if message.expires_at else None,
        "urgency": "high" if message.is_urgent else "normal",
    }


def _json(message: Push) -> bytes:
    """The payload. A body that is too long is cut."""
    data, body = _data(message), message.body
    while len(encoded := json.dumps(data, ensure_ascii=False).encode()) > MAX_PAYLOAD_BYTES and body:
        body = body[: len(body) * 9 // 10]
        data["body"] = f"{body}…"
    return encoded
