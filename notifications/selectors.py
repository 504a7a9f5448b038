"""Reads of notifications: a user's notifications and preferences, and their part of the export of a user's data."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from . import kinds
from .models import MutedNotificationKind, Notification, OutgoingEmail


def notifications_of(user: AbstractBaseUser, *, unread: bool | None = None) -> QuerySet[Notification]:
    """The user's notifications, latest first; with `unread` only the unread ones (True) or the read ones (False).

    With the user, whose time zone decides how they are rendered.
    """
    notifications = Notification.objects.filter(user=user.pk).select_related("user")
    return notifications if unread is None else notifications.filter(read_at__isnull=unread)


def unread_count(user: AbstractBaseUser, limit: int) -> int:
    """The number of the user's unread notifications, at most `limit`."""
    return notifications_of(user, unread=True).order_by()[:limit].count()


def notification_preferences(user: AbstractBaseUser) -> dict[str, bool]:
    """Whether the user wants notifications of each kind that can be muted."""
    muted = set(MutedNotificationKind.objects.filter(user=user.pk).values_list("kind", flat=True))
    return {kind.name: kind.name not in muted for kind in kinds.optional_kinds()}


def exported_data(user: AbstractBaseUser) -> dict[str, Any]:
    """The user's notifications, preferences and e-mails, for the personal data export.

    E-mails to people without an account have no user: an invitation to an address that somebody claims is not theirs.
    """
    emails = OutgoingEmail.objects.filter(user=user.pk)
    return {
        "news": [_exported(notification) for notification in notifications_of(user)],
        "notification_preferences": notification_preferences(user),
        "letters": list(emails.values("kind", "address", "created_at", "sent_at")),
    }


def _exported(notification: Notification) -> dict[str, Any]:
    return {
        "kind": notification.kind,
        "title": notification.title,
        "body": notification.body,
        "created_at": notification.created_at,
        "read_at": notification.read_at,
    }
