"""Deliver notifications by e-mail and push: create deliveries for the chosen channels, and send those that are due."""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q

from core.querysets import delete_in_batches
from core.quiet_hours import end_of_quiet_hours
from core.transactions import atomic
from core.web.languages import reading_as

from .. import channels, kinds
from ..channels import Channel, Item, OutgoingMessage
from ..kinds import Priority, Recipient, Timing
from ..models import Delivery, Notification
from ..selectors import ChosenChannels
from . import outbox

logger = logging.getLogger(__name__)

DISPATCH_BATCH_SIZE = 500
# Few, so that urgent messages never wait long behind others.
SEND_BATCH_SIZE = 10
GIVE_UP_AFTER = timedelta(days=2)
# How long a message for a group waits for the rest of the group.
GROUP_DELAY = timedelta(minutes=5)
# When the digest is sent, in the user's time zone.
DIGEST_HOUR = 8


# -- dispatch ----------------------------------------------------------------------------------------------------------


@atomic
def dispatch_notifications(*, now: datetime, limit: int = DISPATCH_BATCH_SIZE) -> int:
    """Create the deliveries of at most `limit` notifications, urgent ones first; returns how many were dispatched."""
    undispatched = Notification.objects.filter(dispatched_at=None).order_by("priority", "pk").select_related("user")
    batch = list(undispatched.select_for_update(skip_locked=True, no_key=True, of=("self",))[:limit])
    Delivery.objects.bulk_create(_deliveries(batch, now), ignore_conflicts=True)
    Notification.objects.filter(pk__in=[notification.pk for notification in batch]).update(dispatched_at=now)
    return len(batch)


def _deliveries(batch: Sequence[Notification], now: datetime) -> Iterator[Delivery]:
    users = {notification.user_id: notification.user for notification in batch if notification.user.is_active}
    chosen = ChosenChannels(users, {notification.kind for notification in batch})
    targets = {channel.name: channel.targets(users.values()) for channel in channels.available_channels()}
    for notification in batch:
        for channel in chosen.of(notification) if notification.user_id in users else ():
            for target in targets.get(channel, {}).get(notification.user_id, ()):
                yield _delivery(notification, channel, target, now)


def _delivery(notification: Notification, channel: str, target: str, now: datetime) -> Delivery:
    due_at = _due_at(notification, now)
    give_up_at = max(due_at, now) + GIVE_UP_AFTER
    return Delivery(
        notification=notification,
        channel=channel,
        target=target,
        priority=notification.priority,
        batch_key=_batch_key(notification, channel, target),
        created_at=now,
        due_at=due_at,
        give_up_at=min(give_up_at, notification.expires_at or give_up_at),
    )


def _batch_key(notification: Notification, channel: str, target: str) -> str:
    timing = _timing(notification)
    if timing is Timing.AT_ONCE:
        return ""
    group = notification.group if timing is Timing.GROUPED else Timing.DIGEST.value
    return f"{notification.user_id}:{channel}:{target}:{group}"


def _timing(notification: Notification) -> Timing:
    message = kinds.get_message(kind=notification.kind, message=notification.message)
    return (message.timing or message.kind.timing) if message else Timing.AT_ONCE


def _due_at(notification: Notification, now: datetime) -> datetime:
    """When e-mail and push are due: after quiet hours, unless it would be too late by then."""
    due_at = now
    if _timing(notification) is Timing.GROUPED:
        due_at = now + GROUP_DELAY
    elif _timing(notification) is Timing.DIGEST:
        due_at = _next_digest(notification.user.time_zone, now)
    quiet_until = end_of_quiet_hours(notification.user.quiet_hours, due_at)
    expires_at = notification.expires_at
    if quiet_until is None or not _waits(notification) or (expires_at is not None and expires_at <= quiet_until):
        return due_at
    return quiet_until


def _waits(notification: Notification) -> bool:
    kind = kinds.get_kind(notification.kind)
    return kind is None or kind.waits_for_quiet_hours


def _next_digest(time_zone: str, now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(time_zone))
    today = local.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return today if today > local else today + timedelta(days=1)


# -- sending -----------------------------------------------------------------------------------------------------------


def send_due_deliveries(*, now: datetime) -> int:
    """Send a batch of what is due on each channel; returns how many deliveries were settled."""
    return sum(_send_due(channel, now) for channel in channels.available_channels())


def _send_due(channel: Channel, now: datetime) -> int:
    claimed = _claim(channel, now)
    messages = list(_messages(claimed, now))
    if messages:
        outbox.send_claimed(messages, connect=channel.connect, mark_sent=outbox.mark_sent, now=now)
    return len(claimed)


@atomic
def _claim(channel: Channel, now: datetime) -> list[Delivery]:
    due = Delivery.objects.due(now).filter(channel=channel.name)
    first = list(due.values_list("pk", "batch_key")[:SEND_BATCH_SIZE])
    batches = {key for _, key in first if key}
    claimed = due.filter(Q(pk__in=[pk for pk, _ in first]) | Q(batch_key__in=batches))
    return outbox.claim(claimed.select_related("notification__user"), now=now)


def _messages(claimed: Collection[Delivery], now: datetime) -> Iterator[tuple[OutgoingMessage, Sequence[Delivery]]]:
    """The messages to send. Settles deliveries that need none: stale ones, and those that may have arrived twice."""
    batches: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in claimed:
        if _is_worth_sending(delivery, now):
            batches[delivery.batch_key or f"delivery:{delivery.pk}"].append(delivery)
    for deliveries in batches.values():
        message = _message_or_park(deliveries, now)
        if message is not None:
            yield message, deliveries


def _message_or_park(deliveries: Sequence[Delivery], now: datetime) -> OutgoingMessage | None:
    try:
        return _message(deliveries, now)
    except Exception:
        # Whatever an app's message raises must not keep the others from being sent.
        logger.exception("Cannot render %s", deliveries[0])
        for delivery in deliveries:
            outbox.park(delivery, "It could not be rendered. The log tells why.")
        return None


def _is_worth_sending(delivery: Delivery, now: datetime) -> bool:
    notification = delivery.notification
    expires_at = notification.expires_at
    message = kinds.get_message(kind=notification.kind, message=notification.message)
    if outbox.is_exhausted(delivery):
        outbox.park(delivery, "It may have arrived twice already.")
    elif expires_at is not None and expires_at <= now:
        outbox.drop(delivery, "It had expired.")
    elif delivery.give_up_at <= now:
        outbox.park(delivery, delivery.last_error or "It could not be sent in time.")
    elif message is None:
        outbox.park(delivery, "No app has registered this message.")
    elif not notification.user.is_active or not _is_current(delivery, message, now):
        outbox.drop(delivery, "It was no longer true.")
    else:
        return True
    return False


def _is_current(delivery: Delivery, message: kinds.Message, now: datetime) -> bool:
    recipient = Recipient(delivery.notification.user, delivery.notification.params, now)
    try:
        return message.is_current(recipient)
    except ObjectDoesNotExist:
        # What it is about was deleted.
        return False
    except Exception:
        # Such as for params of another version of the site. It must not keep the others from being sent.
        logger.exception("Cannot check whether %s is still true", delivery)
        return True


def _message(deliveries: Sequence[Delivery], now: datetime) -> OutgoingMessage:
    first = deliveries[0]
    expiries = [delivery.notification.expires_at for delivery in deliveries if delivery.notification.expires_at]
    return OutgoingMessage(
        user=first.notification.user,
        target=first.target,
        key=_key(deliveries),
        items=[_item(delivery.notification, now) for delivery in deliveries],
        expires_at=min(expiries, default=None),
        is_urgent=first.priority == Priority.URGENT,
    )


def preview(*, delivery: Delivery, now: datetime) -> OutgoingMessage:
    """What the delivery says, with links that need a sign-in. For administrators: it sends nothing."""
    item = _item(delivery.notification, now, is_signed=False)
    return OutgoingMessage(delivery.notification.user, delivery.target, "preview", [item], None, is_urgent=False)


def _key(deliveries: Sequence[Delivery]) -> str:
    """Stable for the same deliveries, and another one for others: mail programs hide what has a known Message-ID."""
    pks = ",".join(str(pk) for pk in sorted(delivery.pk for delivery in deliveries))
    return pks if len(deliveries) == 1 else hashlib.sha256(pks.encode()).hexdigest()[:32]


def _item(notification: Notification, now: datetime, *, is_signed: bool = True) -> Item:
    message = kinds.get_message(kind=notification.kind, message=notification.message)
    if message is None:
        raise LookupError(f"The message {notification.message} of kind {notification.kind} is not registered.")
    with reading_as(notification.user):
        text = notification.rendered
    signed = message.signed_link(Recipient(notification.user, notification.params, now)) if is_signed else ""
    path = signed or text.url
    url = f"{settings.SITE_URL}{path}" if path else ""
    return Item(notification.pk, message.kind, notification.league_id, text, url, is_signed=bool(signed))


def delete_old_deliveries(*, now: datetime) -> int:
    """Delete deliveries that were created more than 30 days ago; returns how many."""
    return delete_in_batches(Delivery.objects.filter(created_at__lt=now - outbox.RETENTION))
