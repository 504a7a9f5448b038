"""Reads of notifications: a user's notifications and channels, and their part of the export of a user's data."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import clock

from . import channels, kinds
from .kinds import IN_APP, NotificationKind
from .models import ChannelPreference, Delivery, Notification, OutboxRow, OutgoingEmail, PushSubscription

ALL_LEAGUES = 0
# Messages are sent every minute at the latest. Those that are this late wait for something else.
OVERDUE_AFTER = timedelta(minutes=10)


def notifications_of(user: AbstractBaseUser, *, unread: bool | None = None) -> QuerySet[Notification]:
    """The user's notifications, latest first; with `unread` only the unread ones (True) or the others (False).

    One that has expired is not unread: nobody has to read on Sunday that it was their turn on Monday. With the user,
    whose time zone decides how they are rendered.
    """
    notifications = Notification.objects.filter(user=user.pk, is_in_app=True).select_related("user")
    if unread is None:
        return notifications
    is_unread = Q(read_at=None) & (Q(expires_at=None) | Q(expires_at__gt=clock.now()))
    return notifications.filter(is_unread) if unread else notifications.exclude(is_unread)


def notification_summary(user: AbstractBaseUser) -> dict[str, int | None]:
    """How many notifications are unread, and the id of the latest one."""
    own = notifications_of(user)
    return {
        "unread": notifications_of(user, unread=True).count(),
        "latest_notification_id": own.order_by("-pk").values_list("pk", flat=True).first(),
    }


def unread_count(user: AbstractBaseUser, limit: int) -> int:
    """The number of the user's unread notifications, at most `limit`."""
    return notifications_of(user, unread=True).order_by()[:limit].count()


class ChosenChannels:
    """The channels that users have chosen for these kinds, read with one query."""

    def __init__(self, users: Collection[int], kind_names: Collection[str]) -> None:
        rows = ChannelPreference.objects.filter(user__in=users, kind__in=kind_names)
        self._is_on = {
            (user, kind, channel, league): is_on
            for user, kind, channel, league, is_on in rows.values_list("user", "kind", "channel", "league_id", "is_on")
        }

    def is_on(self, user: int, kind: NotificationKind, channel: str, league: int | None) -> bool:
        """Whether the user gets this kind on the channel: by league, else for all leagues, else by default."""
        default = channel in kind.defaults
        if default and not kind.is_optional:
            return True
        for_all = self._is_on.get((user, kind.name, channel, ALL_LEAGUES), default)
        return self._is_on.get((user, kind.name, channel, league or ALL_LEAGUES), for_all)

    def of(self, notification: Notification) -> list[str]:
        """The names of the channels, besides the site itself, by which the notification travels."""
        kind = kinds.get_kind(notification.kind)
        names = [channel.name for channel in channels.available_channels()]
        return [name for name in names if kind and self.is_on(notification.user_id, kind, name, notification.league_id)]


def selectable_channels() -> list[tuple[str, Any]]:
    """The channels that users can choose here, each with its label: the site itself, and those that are available."""
    available = [channel for channel in channels.available_channels() if channel.name in kinds.CHANNELS]
    return [(IN_APP, _("On the site")), *((channel.name, channel.label) for channel in available)]


def notification_preferences(user: AbstractBaseUser, *, league: int | None = None) -> dict[str, dict[str, bool]]:
    """The channels of each kind, for all leagues or for one: {"your_turn": {"in_app": True, "email": False}}."""
    chosen = ChosenChannels([user.pk], [kind.name for kind in kinds.kinds()])
    return {
        kind.name: {name: chosen.is_on(user.pk, kind, name, league) for name in kinds.CHANNELS}
        for kind in kinds.optional_kinds()
    }


def push_subscriptions_of(user: AbstractBaseUser) -> QuerySet[PushSubscription]:
    """The browsers and devices to which the user's notifications are pushed, the oldest first."""
    return PushSubscription.objects.filter(user=user.pk)


def outbox_summary(now: datetime) -> list[dict[str, Any]]:
    """For each channel: how many deliveries wait, since when the oldest of them is overdue, and how many are parked."""
    is_waiting = Q(state=OutboxRow.State.WAITING)
    rows = (
        Delivery.objects.order_by("channel")
        .values("channel")
        .annotate(
            waiting=Count("pk", filter=is_waiting),
            oldest=Min("due_at", filter=is_waiting & Q(due_at__lte=now)),
            parked=Count("pk", filter=Q(state=OutboxRow.State.PARKED)),
        )
    )
    return [dict(row) for row in rows]


@dataclass(frozen=True)
class OutboxHealth:
    """How many messages are parked, how many are overdue, and since when the oldest of those."""

    parked: int
    overdue: int
    overdue_since: datetime | None


def outbox_health(rows: QuerySet[Any], now: datetime) -> OutboxHealth:
    """Return the health of an outbox: of deliveries, or of other e-mail."""
    is_overdue = overdue_condition(now)
    return OutboxHealth(
        **rows.order_by().aggregate(
            parked=Count("pk", filter=Q(state=OutboxRow.State.PARKED)),
            overdue=Count("pk", filter=is_overdue),
            overdue_since=Min("due_at", filter=is_overdue),
        )
    )


def overdue_condition(now: datetime) -> Q:
    """Select messages that should have been sent by now: those that wait are sent every few seconds, or minutes."""
    return Q(state=OutboxRow.State.WAITING, due_at__lte=now - OVERDUE_AFTER)


def exported_preferences(user: AbstractBaseUser) -> list[Mapping[str, Any]]:
    """What the user has chosen that differs from the defaults."""
    return list(ChannelPreference.objects.filter(user=user.pk).values("kind", "channel", "league_id", "is_on"))


def exported_data(user: AbstractBaseUser) -> dict[str, Any]:
    """The user's notifications, preferences, devices and e-mails, for the personal data export.

    E-mails to people without an account have no user: an invitation to an address that somebody claims is not theirs.
    """
    emails = OutgoingEmail.objects.filter(user=user.pk)
    return {
        "news": [_exported(row) for row in Notification.objects.filter(user=user.pk).select_related("user")],
        "notification_preferences": exported_preferences(user),
        "devices": list(push_subscriptions_of(user).values("kind", "name", "created_at", "last_success_at")),
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
