"""Notifications: create them once per event, mark them as read, mute kinds, clean up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.transactions import atomic

from ..models import MutedNotificationKind, Notification, User

# Rows per INSERT.
BATCH_SIZE = 500
MAX_TITLE_LENGTH = 200
RETENTION = timedelta(days=90)


@dataclass(frozen=True)
class NewNotification:
    """A notification to create for one user. `key` names the event: a user gets one notification per key."""

    user_id: int
    kind: str
    key: str
    title: str
    body: str = ""
    url: str = ""


def notify(
    *, users: Iterable[User], kind: str, key: str, title: str, body: str = "", url: str = "", now: datetime
) -> int:
    """Create the same notification for each of `users`; returns how many were new for `key`."""
    return notify_each(news=[NewNotification(user.pk, kind, key, title, body, url) for user in users], now=now)


@atomic
def notify_each(*, news: Iterable[NewNotification], now: datetime) -> int:
    """Create notifications in batches of 500, except of muted kinds; returns how many were new.

    Of two concurrent callers, both may count rows that only one of them has inserted.
    """
    pending = list(news)
    return sum(_write_batch(pending[start : start + BATCH_SIZE], now) for start in range(0, len(pending), BATCH_SIZE))


def _write_batch(news: Sequence[NewNotification], now: datetime) -> int:
    told, muted = _already_notified(news), _muted_kinds(news)
    wanted = [item for item in news if (item.user_id, item.key) not in told and (item.user_id, item.kind) not in muted]
    unique = {(item.user_id, item.key): item for item in wanted}
    # Another process may have inserted a row meanwhile: the unique constraint decides.
    Notification.objects.bulk_create([_row(item, now) for item in unique.values()], ignore_conflicts=True)
    return len(unique)


def _already_notified(news: Sequence[NewNotification]) -> set[tuple[int, str]]:
    """Pairs of user id and key that exist already. May include pairs that are not in `news`."""
    found = Notification.objects.filter(user__in={item.user_id for item in news}, key__in={item.key for item in news})
    return set(found.values_list("user_id", "key"))


def _muted_kinds(news: Sequence[NewNotification]) -> set[tuple[int, str]]:
    muted = MutedNotificationKind.objects.filter(
        user__in={item.user_id for item in news}, kind__in={item.kind for item in news}
    )
    return set(muted.values_list("user_id", "kind"))


def _row(item: NewNotification, now: datetime) -> Notification:
    # The title may become the subject of an e-mail, which must be one line.
    title = " ".join(item.title.split())[:MAX_TITLE_LENGTH]
    return Notification(
        user_id=item.user_id, kind=item.kind, key=item.key, title=title, body=item.body, url=item.url, created_at=now
    )


def mark_read(*, notification: Notification, now: datetime) -> None:
    """Set `read_at`, unless it is set already."""
    if notification.read_at is None:
        notification.read_at = now
        notification.save(update_fields=["read_at"])


def mark_all_read(*, user: User, up_to: int | None = None, now: datetime) -> int:
    """Mark the user's unread notifications as read, up to the id `up_to` if given; returns how many."""
    unread = Notification.objects.filter(user=user, read_at=None)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    return unread.update(read_at=now)


@atomic
def set_notification_preferences(*, user: User, preferences: Mapping[str, bool]) -> None:
    """Unmute the kinds that are True in the mapping, mute those that are False, and leave the others as they are."""
    optional = {kind: is_wanted for kind, is_wanted in preferences.items() if kind in Notification.Kind.optional()}
    MutedNotificationKind.objects.filter(
        user=user, kind__in=[kind for kind, is_wanted in optional.items() if is_wanted]
    ).delete()
    muted = [MutedNotificationKind(user=user, kind=kind) for kind, is_wanted in optional.items() if not is_wanted]
    MutedNotificationKind.objects.bulk_create(muted, ignore_conflicts=True)


def delete_old_notifications(*, now: datetime) -> int:
    """Delete notifications read more than 90 days ago; returns how many. Unread ones are kept."""
    deleted, _ = Notification.objects.filter(read_at__lt=now - RETENTION).delete()
    return deleted
