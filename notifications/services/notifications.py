"""Notifications: create them once per event, mark them as read, delete them, choose channels, clean up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q

from core.querysets import delete_in_batches
from core.sse.pubsub import publish_on_commit
from core.transactions import atomic

from .. import kinds
from ..kinds import IN_APP, Message
from ..models import ChannelPreference, Notification
from ..selectors import ALL_LEAGUES, ChosenChannels
from ..signals import notifications_created

# Rows per INSERT.
BATCH_SIZE = 500
RETENTION = timedelta(days=90)
UNREAD_RETENTION = timedelta(days=180)


@dataclass(frozen=True)
class NewNotification:
    """A notification to create for one user. `key` names the event: a user gets one notification per key.

    `params` hold what the message's sentences and link need: plain values and datetimes, no translated text. A
    `league_id` among them is the league whose preferences apply. E-mail and push are not sent after `expires_at`, and
    send notifications with the same `group` as one message, if the timing of the kind is `GROUPED`.
    """

    user_id: int
    message: Message
    key: str
    params: Mapping[str, Any] = field(default_factory=dict)
    expires_at: datetime | None = None
    group: str = ""

    @property
    def league_id(self) -> int | None:
        return self.params.get("league_id")


def notify(
    *,
    users: Iterable[AbstractBaseUser],
    message: Message,
    key: str,
    params: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
    now: datetime,
) -> int:
    """Create the same notification for each of `users`; returns how many were new for `key`."""
    notifications = [NewNotification(user.pk, message, key, params or {}, expires_at) for user in users]
    return notify_each(notifications=notifications, now=now)


@transaction.atomic(savepoint=False)
def notify_each(*, notifications: Iterable[NewNotification], now: datetime) -> int:
    """Create notifications in batches of 500; returns how many were new.

    Called in the transaction of the fact, without a savepoint: an error ends that transaction too.

    Users who have turned off every channel of a kind get none. Of two concurrent callers, both may count rows that
    only one of them has inserted.
    """
    pending = list(notifications)
    if not pending:
        return 0
    created = sum(
        _write_batch(pending[start : start + BATCH_SIZE], now) for start in range(0, len(pending), BATCH_SIZE)
    )
    # It only wakes up the streams of the people concerned: each looks what is new for it.
    publish_on_commit("person", [(0, 0)])
    notifications_created.send(sender=Notification)
    return created


def _write_batch(batch: Sequence[NewNotification], now: datetime) -> int:
    existing = _already_notified(batch)
    chosen = ChosenChannels({item.user_id for item in batch}, {item.message.kind.name for item in batch})
    unique = {
        (item.user_id, item.key): item
        for item in batch
        if (item.user_id, item.key) not in existing and _is_wanted(item, chosen)
    }
    # Another process may have inserted a row meanwhile: the unique constraint decides.
    rows = [_row(item, chosen, now) for item in unique.values()]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return len(unique)


def _already_notified(batch: Sequence[NewNotification]) -> set[tuple[int, str]]:
    """Pairs of user id and key that exist already. May include pairs that are not in `batch`."""
    found = Notification.objects.filter(user__in={item.user_id for item in batch}, key__in={item.key for item in batch})
    return set(found.values_list("user_id", "key"))


def _is_wanted(item: NewNotification, chosen: ChosenChannels) -> bool:
    return any(chosen.is_on(item.user_id, item.message.kind, name, item.league_id) for name in kinds.CHANNELS)


def _row(item: NewNotification, chosen: ChosenChannels, now: datetime) -> Notification:
    if not kinds.is_registered(item.message):
        raise LookupError(f"The message {item.message.name} is not registered, so nobody could read it.")
    kind = item.message.kind
    return Notification(
        user_id=item.user_id,
        kind=kind.name,
        message=item.message.name,
        params=dict(item.params),
        key=item.key,
        league_id=item.league_id,
        is_in_app=chosen.is_on(item.user_id, kind, IN_APP, item.league_id),
        priority=kind.priority,
        group=item.group,
        created_at=now,
        expires_at=item.expires_at,
    )


def mark_read(*, notification: Notification, now: datetime) -> None:
    """Set `read_at`, unless it is set already."""
    if notification.read_at is None:
        notification.read_at = now
        notification.save(update_fields=["read_at"])


def mark_unread(*, notification: Notification) -> None:
    notification.read_at = None
    notification.save(update_fields=["read_at"])


def delete_notification(*, notification: Notification) -> None:
    """Delete a notification. It is not sent by e-mail or push any more either."""
    notification.delete()


def mark_all_read(*, user: AbstractBaseUser, up_to: int | None = None, now: datetime) -> int:
    """Mark the user's unread notifications as read, up to the id `up_to` if given; returns how many."""
    unread = Notification.objects.filter(user=user.pk, read_at=None)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    return unread.update(read_at=now)


def mark_unread_again(*, user: AbstractBaseUser, read_at: datetime) -> None:
    """Take back `mark_all_read` of this time. Notifications that were read before or after it stay read."""
    Notification.objects.filter(user=user.pk, read_at=read_at).update(read_at=None)


@atomic
def set_notification_preferences(
    *,
    user: AbstractBaseUser,
    preferences: Mapping[str, Mapping[str, bool]],
    league: int | None = None,
    every_league: bool = False,
) -> None:
    """Turn channels on or off, for all leagues or for one. Kinds and channels that are left out stay as they are.

    `preferences` are shaped as `selectors.notification_preferences` returns them. Leagues with a choice of their own
    keep it, unless it is for `every_league`.
    """
    optional = {kind.name for kind in kinds.optional_kinds()}
    rows = [
        ChannelPreference(user_id=user.pk, kind=kind, channel=channel, league_id=league or ALL_LEAGUES, is_on=is_on)
        for kind, by_channel in preferences.items()
        for channel, is_on in by_channel.items()
        if kind in optional
    ]
    if every_league:
        for row in rows:
            ChannelPreference.objects.filter(user=user.pk, kind=row.kind, channel=row.channel).delete()
    ChannelPreference.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["user", "kind", "channel", "league_id"],
        update_fields=["is_on"],
    )


def delete_old_notifications(*, now: datetime) -> int:
    """Delete old notifications; returns how many.

    Those are the ones that were read or are no longer true for 90 days, and those that nobody has read in 180 days.
    """
    old = Q(read_at__lt=now - RETENTION) | Q(expires_at__lt=now - RETENTION)
    return delete_in_batches(Notification.objects.filter(old | Q(created_at__lt=now - UNREAD_RETENTION)))
