"""Telling people what they should know: once for each event, in words. Reading it, and doing without."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fantasyf1.kit.transactions import atomic

from ..models import MutedNews, Notification, User

# How many are written with one statement.
AT_ONCE = 500
LONGEST_TITLE = 200
KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True)
class News:
    """One thing that one person should know. `key` names the event: whoever has been told of it is not told again."""

    user_id: int
    kind: str
    key: str
    title: str
    body: str = ""
    url: str = ""


def notify(
    *, users: Iterable[User], kind: str, key: str, title: str, body: str = "", url: str = "", now: datetime
) -> int:
    """Tell everybody of `users` the same; returns how many had not been told of `key` before."""
    return notify_each(news=[News(user.pk, kind, key, title, body, url) for user in users], now=now)


@atomic
def notify_each(*, news: Iterable[News], now: datetime) -> int:
    """Tell each person what is for him, in portions of 500, but for kinds that he has muted; returns how much was new.

    Two callers at once may both count what only one of them has written.
    """
    todo = list(news)
    return sum(_write(todo[start : start + AT_ONCE], now) for start in range(0, len(todo), AT_ONCE))


def _write(news: Sequence[News], now: datetime) -> int:
    told, muted = _told(news), _muted(news)
    wanted = [one for one in news if (one.user_id, one.key) not in told and (one.user_id, one.kind) not in muted]
    rows = {(one.user_id, one.key): one for one in wanted}
    # Whoever was told meanwhile by another process stays as he is: the constraint decides.
    Notification.objects.bulk_create([_row(one, now) for one in rows.values()], ignore_conflicts=True)
    return len(rows)


def _told(news: Sequence[News]) -> set[tuple[int, str]]:
    """Who has been told of which of these events, whatever was said; a few others besides."""
    found = Notification.objects.filter(user__in={one.user_id for one in news}, key__in={one.key for one in news})
    return set(found.values_list("user_id", "key"))


def _muted(news: Sequence[News]) -> set[tuple[int, str]]:
    muted = MutedNews.objects.filter(user__in={one.user_id for one in news}, kind__in={one.kind for one in news})
    return set(muted.values_list("user_id", "kind"))


def _row(one: News, now: datetime) -> Notification:
    # A title is the subject of a mail some day, which must be one line.
    title = " ".join(one.title.split())[:LONGEST_TITLE]
    return Notification(
        user_id=one.user_id, kind=one.kind, key=one.key, title=title, body=one.body, url=one.url, created_at=now
    )


def mark_read(*, notification: Notification, now: datetime) -> None:
    """Note that its owner has read it; the first time counts."""
    if notification.read_at is None:
        notification.read_at = now
        notification.save(update_fields=["read_at"])


def mark_all_read(*, user: User, up_to: int | None = None, now: datetime) -> int:
    """Note that the user has read everything, or what was there up to an id that he has seen; returns how many."""
    unread = Notification.objects.filter(user=user, read_at=None)
    if up_to is not None:
        unread = unread.filter(pk__lte=up_to)
    return unread.update(read_at=now)


@atomic
def choose_news(*, user: User, wishes: Mapping[str, bool]) -> None:
    """Be told of the kinds that are true from now on, and not of those that are false; others stay as they are."""
    optional = {kind: is_wanted for kind, is_wanted in wishes.items() if kind in Notification.Kind.optional()}
    MutedNews.objects.filter(user=user, kind__in=[kind for kind, is_wanted in optional.items() if is_wanted]).delete()
    muted = [MutedNews(user=user, kind=kind) for kind, is_wanted in optional.items() if not is_wanted]
    MutedNews.objects.bulk_create(muted, ignore_conflicts=True)


def forget_notifications(*, now: datetime) -> int:
    """Delete what was read 90 days ago; returns how many. What nobody has read is kept."""
    deleted, _ = Notification.objects.filter(read_at__lt=now - KEPT_FOR).delete()
    return deleted
