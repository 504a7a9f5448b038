"""Telling people what they should know: once for each event, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ..models import Notification, User

# How many are written with one statement.
AT_ONCE = 500
LONGEST_TITLE = 200


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


@transaction.atomic
def notify_each(*, news: Iterable[News], now: datetime) -> int:
    """Tell each person what is for him, in portions of 500; returns how much of it was new.

    Two callers at once may both count what only one of them has written.
    """
    todo = list(news)
    return sum(_write(todo[start : start + AT_ONCE], now) for start in range(0, len(todo), AT_ONCE))


def _write(news: Sequence[News], now: datetime) -> int:
    told = _told(news)
    rows = {(one.user_id, one.key): one for one in news if (one.user_id, one.key) not in told}
    # Whoever was told meanwhile by another process stays as he is: the constraint decides.
    Notification.objects.bulk_create([_row(one, now) for one in rows.values()], ignore_conflicts=True)
    return len(rows)


def _told(news: Sequence[News]) -> set[tuple[int, str]]:
    """Who has been told of which of these events, whatever was said; a few others besides."""
    found = Notification.objects.filter(user__in={one.user_id for one in news}, key__in={one.key for one in news})
    return set(found.values_list("user_id", "key"))


def _row(one: News, now: datetime) -> Notification:
    # A title is the subject of a mail some day, which must be one line.
    title = " ".join(one.title.split())[:LONGEST_TITLE]
    return Notification(
        user_id=one.user_id, kind=one.kind, key=one.key, title=title, body=one.body, url=one.url, created_at=now
    )
