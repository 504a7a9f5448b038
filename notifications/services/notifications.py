"""Notifications: create them once per event, mark them as read, mute kinds, clean up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from core.sse.pubsub import publish_on_commit
from core.transactions import atomic

from .. import kinds
from ..kinds import Message
from ..models import MutedNotificationKind, Notification

# Rows per INSERT.
BATCH_SIZE = 500
RETENTION = timedelta(days=90)


@dataclass(frozen=True)
class NewNotification:
    """A notification to create for one user. `key` names the event: a user gets one notification per key.

    `params` hold what the message's sentences and link need: plain values and datetimes, no translated text.
    """

    user_id: int
    message: Message
    key: str
    params: Mapping[str, Any] = field(default_factory=dict)


def notify(
    *,
    users: Iterable[AbstractBaseUser],
    message: Message,
    key: str,
    params: Mapping[str, Any] | None = None,
    now: datetime,
) -> int:
    """Create the same notification for each of `users`; returns how many were new for `key`."""
    return notify_each(notifications=[NewNotification(user.pk, message, key, params or {}) for user in users], now=now)


@atomic
def notify_each(*, notifications: Iterable[NewNotification], now: datetime) -> int:
    """Create notifications in batches of 500, except of muted kinds; returns how many were new.

    Of two concurrent callers, both may count rows that only one of them has inserted.
    """
    pending = list(notifications)
    # It only wakes up the streams of the people concerned: each looks what is new for it.
    publish_on_commit("person", [(0, 0)])
    return sum(_write_batch(pending[start : start + BATCH_SIZE], now) for start in range(0, len(pending), BATCH_SIZE))


def _write_batch(batch: Sequence[NewNotification], now: datetime) -> int:
    existing, muted = _already_notified(batch), _muted_kinds(batch)
    unique = {
        (item.user_id, item.key): item
        for item in batch
        if (item.user_id, item.key) not in existing and (item.user_id, item.message.kind.name) not in muted
    }
    # Another process may have inserted a row meanwhile: the unique constraint decides.
    Notification.objects.bulk_create([_row(item, now) for item in unique.values()], ignore_conflicts=True)
    return len(unique)


def _already_notified(batch: Sequence[NewNotification]) -> set[tuple[int, str]]:
    """Pairs of user id and key that exist already. May include pairs that are not in `batch`."""
    found = Notification.objects.filter(user__in={item.user_id for item in batch}, key__in={item.key for item in batch})
    return set(found.values_list("user_id", "key"))


def _muted_kinds(batch: Sequence[NewNotification]) -> set[tuple[int, str]]:
    muted = MutedNotificationKind.objects.filter(
        user__in={item.user_id for item in batch}, kind__in={item.message.kind.name for item in batch}
    )
    return set(muted.values_list("user_id", "kind"))


def _row(item: NewNotification, now: datetime) -> Notification:
    if not kinds.is_registered(item.message):
        raise LookupError(f"The message {item.message.name} is not registered, so nobody could read it.")
    return Notification(
        user_id=item.user_id,
        kind=item.message.kind.name,
        message=item.message.name,
        params=dict(item.params),
        key=item.key,
        created_at=now,
    )


def mark_read(*, notification: Notification, now: datetime) -> None:
    """Set `read_at`, unless it is set already."""
    if notification.read_at is None:
        notification.read_at = now
        notification.save(update_fields=["read_at"])


def mark_all_read(*, user: AbstractBaseUser, up_to: int | None = None, now: datetime) -> int:
    """Mark the user's unread notifications as read, up to the id `up_to` if given; returns how many."""
    unread = Notification.objects.filter(user=user.pk, read_at=None)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    return unread.update(read_at=now)


@atomic
def set_notification_preferences(*, user: AbstractBaseUser, preferences: Mapping[str, bool]) -> None:
    """Unmute the kinds that are True in the mapping, mute those that are False, and leave the others as they are."""
    optional = {kind.name for kind in kinds.optional_kinds()}
    wanted = {kind for kind, is_wanted in preferences.items() if is_wanted and kind in optional}
    unwanted = {kind for kind, is_wanted in preferences.items() if not is_wanted and kind in optional}
    MutedNotificationKind.objects.filter(user=user.pk, kind__in=wanted).delete()
    muted = [MutedNotificationKind(user_id=user.pk, kind=kind) for kind in sorted(unwanted)]
    MutedNotificationKind.objects.bulk_create(muted, ignore_conflicts=True)


def delete_old_notifications(*, now: datetime) -> int:
    """Delete notifications read more than 90 days ago; returns how many. Unread ones are kept."""
    deleted, _ = Notification.objects.filter(read_at__lt=now - RETENTION).delete()
    return deleted
