"""Notifications whose text does not matter to a test: a message for each kind, with params that are its text."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import User
from notifications import kinds
from notifications.kinds import Message
from notifications.models import Notification
from notifications.services import notify

PLAIN = {
    kind.name: Message(kind, "plain", title="%(title)s", body="%(body)s", link=lambda params: params["url"])
    for kind in kinds.kinds()
}
kinds.register(*PLAIN.values())


def notify_plainly(
    *, users: Iterable[User], kind: str, key: str, title: str, body: str = "", url: str = "", now: datetime
) -> int:
    """Create a notification with this text for each of `users`; returns how many were new for `key`."""
    params = {"title": title, "body": body, "url": url}
    return notify(users=users, message=PLAIN[kind], key=key, params=params, now=now)


def notified(user: User, *, kind: str, key: str, title: str, body: str = "", url: str = "", now: datetime):
    """Create such a notification for the user, and return it."""
    notify_plainly(users=[user], kind=kind, key=key, title=title, body=body, url=url, now=now)
    return Notification.objects.get(user=user, key=key)
