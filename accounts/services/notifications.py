"""Notifications: create them once per event, mark them as read, mute kinds, clean up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fantasyf1.kit.transactions import atomic

from ..models import MutedNews, Notification, User

# Rows per INSERT.
AT_ONCE = 500
LONGEST_TITLE = 200
KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True)
class News:
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
    return notify_each(news=[News(user.pk, kind, key, title, body, url) for user in users], now=now)


@atomic
def notify_each(*, news: Iterable[News], now: datetime) -> int:
    """Create notifications in batches of 500, except of muted kinds; returns how many were new.

    Of two concurrent callers, both may count rows that only one of them has inserted.
    """
    pending = list(news)
    return sum(_write(pending[start : start + AT_ONCE], now) for start in range(0, len(pending), AT_ONCE))


def _write(news: Sequence[News], now: datetime) -> int:
    told, muted = _told(news), _muted(news)
    wanted = [item for item in news if (item.user_id, item.key) not in told and (item.user_id, item.kind) not in muted]
    unique = {(item.user_id, item.key): item for item in wanted}
    # Another process may have inserted a row meanwhile: the unique constraint decides.
    Notification.objects.bulk_create([_row(item, now) for item in unique.values()], ignore_conflicts=True)
    return len(unique)


def _told(news: Sequence[News]) -> set[tuple[int, str]]:
    """Pairs of user id and key that exist already. May include pairs that are not in `news`."""
    found = Notification.objects.filter(user__in={item.user_id for item in news}, key__in={item.key for item in news})
    return set(found.values_list("user_id", "key"))


def _muted(news: Sequence[News]) -> set[tuple[int, str]]:
    muted = MutedNews.objects.filter(user__in={item.user_id for item in news}, kind__in={item.kind for item in news})
    return set(muted.values_list("user_id", "kind"))


def _row(item: News, now: datetime) -> Notification:
    # The title may become the subject of an e-mail, which must be one line.
    title = " ".join(item.title.split())[:LONGEST_TITLE]
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
def choose_news(*, user: User, wishes: Mapping[str, bool]) -> None:
    """Unmute the kinds that are True in the mapping, mute those that are False, and leave the others as they are."""
    optional = {kind: is_wanted for kind, is_wanted in wishes.items() if kind in Notification.Kind.optional()}
    MutedNews.objects.filter(user=user, kind__in=[kind for kind, is_wanted in optional.items() if is_wanted]).delete()
    muted = [MutedNews(user=user, kind=kind) for kind, is_wanted in optional.items() if not is_wanted]
    MutedNews.objects.bulk_create(muted, ignore_conflicts=True)


def forget_notifications(*, now: datetime) -> int:
    """Delete notifications read more than 90 days ago; returns how many. Unread ones are kept."""
    deleted, _ = Notification.objects.filter(read_at__lt=now - KEPT_FOR).delete()
    return deleted
