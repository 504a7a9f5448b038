"""Notifications, their deliveries, the channels and devices that users have chosen, and the outbox of e-mail."""

from contextlib import AbstractContextManager
from datetime import date, datetime
from functools import cached_property
from typing import ClassVar, Self, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import clock
from core.formatting.devices import device_name
from core.querysets import LockableQuerySet
from core.web.languages import reading_as

from . import email_kinds, kinds
from .delivery_errors import shown_error

Row = TypeVar("Row", bound="OutboxRow", covariant=True)


class Notification(models.Model):
    """A message to one user, stored as a kind, one of its messages, and params. See `notifications.kinds`.

    It is written in the transaction of the fact that it announces, and is the in-app news itself. Until it is
    dispatched, it is also a row of the outbox: dispatching creates a `Delivery` for each other channel.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(_("kind"), max_length=kinds.MAX_NAME_LENGTH, choices=kinds.kind_choices)
    message = models.CharField(
        _("message"), max_length=40, help_text=_("The name of the message, among those of the kind.")
    )
    params = models.JSONField(_("params"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    key = models.CharField(
        _("key"), max_length=120, help_text=_("Names the event, so that nobody is told twice: correction:17:3")
    )
    # Not a foreign key: this app knows no league.
    league_id = models.PositiveBigIntegerField(
        _("league"), null=True, blank=True, help_text=_("The id of the league that it is about, if there is one.")
    )
    is_in_app = models.BooleanField(
        _("in-app"), default=True, help_text=_("Whether the user wants to see this kind on the site.")
    )
    priority = models.PositiveSmallIntegerField(_("priority"), default=int(kinds.Priority.NORMAL))
    group = models.CharField(
        _("group"), max_length=80, blank=True, help_text=_("E-mail and push send those with the same group as one.")
    )
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(
        _("expires at"), null=True, blank=True, help_text=_("It is not sent by e-mail or push after this time.")
    )
    dispatched_at = models.DateTimeField(
        _("dispatched at"), null=True, blank=True, help_text=_("When its deliveries were created.")
    )
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_notification_per_event")]
        indexes = [
            models.Index(
                fields=["user"], condition=models.Q(read_at=None, is_in_app=True), name="unread_notifications"
            ),
            models.Index(
                fields=["priority", "id"], condition=models.Q(dispatched_at=None), name="undispatched_notifications"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.key})"

    @cached_property
    def rendered(self) -> kinds.RenderedMessage:
        """What the user reads, in the active language and in their time zone. See `reading_as` for their language."""
        with timezone.override(ZoneInfo(self.user.time_zone)):
            return kinds.render(kind=self.kind, message=self.message, params=self.params)

    @property
    def is_urgent(self) -> bool:
        return self.priority == kinds.Priority.URGENT

    @property
    def day(self) -> date:
        """The day on which it was written, in the active time zone."""
        return timezone.localdate(self.created_at)

    @property
    def is_over(self) -> bool:
        """Whether what it says was true only for a time that has passed, such as "It is your turn"."""
        return self.expires_at is not None and self.expires_at <= clock.now()

    @property
    def title(self) -> str:
        return self.rendered.title

    @property
    def body(self) -> str:
        return self.rendered.body

    @property
    def url(self) -> str:
        return self.rendered.url


class ChannelPreference(models.Model):
    """Whether a user wants a kind of notification on a channel, in one league or in all.

    A row for a league overrides the row for all leagues, and that one the defaults of the kind.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="channel_preferences")
    kind = models.CharField(_("kind"), max_length=kinds.MAX_NAME_LENGTH, choices=kinds.kind_choices)
    channel = models.CharField(_("channel"), max_length=10)
    league_id = models.PositiveBigIntegerField(_("league"), default=0, help_text=_("0 stands for all leagues."))
    is_on = models.BooleanField(_("on"))

    class Meta:
        verbose_name = _("channel preference")
        verbose_name_plural = _("channel preferences")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "channel", "league_id"],
                name="one_preference_per_kind_channel_and_league",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind} by {self.channel}: {self.is_on}"


class PushSubscription(models.Model):
    """A browser, device or app's own server to which a user's notifications are pushed.

    `endpoint` is a secret address that a push service has given out, or the app's server. Messages are encrypted with
    `p256dh` and `auth`, the keys of a browser; those to an app's server are signed with `secret`. After a failure,
    nothing is sent before `retry_at`, so that a server that hangs does not hold up others.
    """

    class Kind(models.TextChoices):
        WEBPUSH = "webpush", _("Browser")
        UNIFIEDPUSH = "unifiedpush", _("UnifiedPush")
        WEBHOOK = "webhook", _("An app's server")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=200, blank=True)
    endpoint = models.CharField(_("endpoint"), max_length=2000)
    endpoint_hash = models.CharField(max_length=64)
    p256dh = models.CharField(max_length=100, blank=True)
    auth = models.CharField(max_length=40, blank=True)
    secret = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(_("created at"))
    last_success_at = models.DateTimeField(_("last message at"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    failures = models.PositiveSmallIntegerField(
        _("failures"), default=0, help_text=_("How many attempts have failed since the last one that succeeded.")
    )
    retry_at = models.DateTimeField(_("next attempt"), null=True, blank=True)

    class Meta:
        verbose_name = _("push subscription")
        verbose_name_plural = _("push subscriptions")
        ordering = ["created_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["endpoint_hash"], name="one_subscription_per_endpoint")]

    def __str__(self) -> str:
        return f"{self.user}: {self.shown_name}"

    @property
    def shown_name(self) -> str:
        """The name that the user or the app gave, or for browsers one such as “Firefox on Linux”."""
        return device_name(self.name) or self.get_kind_display()

    @property
    def shown_error(self) -> str:
        return shown_error(self.last_error)


class OutboxQuerySet(LockableQuerySet[Row]):
    def due(self, now: datetime) -> Self:
        """The rows to send at `now`, the urgent ones first."""
        return self.filter(state=OutboxRow.State.WAITING, due_at__lte=now).order_by("priority", "due_at", "pk")


class OutboxRow(models.Model):
    """A message that waits to be sent, and how its attempts went. `services.outbox` claims rows and retries them.

    A row is claimed by moving `due_at` to the end of a lease. If the process dies, the row is due again by itself.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        DROPPED = "dropped", _("Dropped: no longer true")
        PARKED = "parked", _("Parked: needs an administrator")

    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.WAITING)
    priority = models.PositiveSmallIntegerField(_("priority"), default=int(kinds.Priority.NORMAL))
    created_at = models.DateTimeField(_("created at"))
    due_at = models.DateTimeField(_("next attempt"))
    give_up_at = models.DateTimeField(_("last attempt"), help_text=_("It is not sent after this time."))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    uncertain_attempts = models.PositiveSmallIntegerField(
        _("uncertain attempts"),
        default=0,
        help_text=_("How often it was handed over without an answer, so that it may have arrived."),
    )
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    class Meta:
        abstract = True

    objects: ClassVar = OutboxQuerySet.as_manager()

    @property
    def shown_error(self) -> str:
        return shown_error(self.last_error)


class Delivery(OutboxRow):
    """A notification on its way to one target of one channel, such as an e-mail address or a browser."""

    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(_("channel"), max_length=10)
    target = models.CharField(
        _("target"), max_length=40, blank=True, help_text=_("Which browser or device, if the channel has several.")
    )
    batch_key = models.CharField(
        _("batch"), max_length=160, blank=True, help_text=_("Deliveries with the same key are sent as one message.")
    )

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "channel", "target"], name="one_delivery_per_channel_and_target"
            )
        ]
        indexes = [
            models.Index(
                fields=["channel", "priority", "due_at"],
                condition=models.Q(state="waiting"),
                name="deliveries_to_send",
            ),
            models.Index(
                fields=["batch_key"],
                condition=models.Q(state="waiting") & ~models.Q(batch_key=""),
                name="deliveries_to_batch",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notification}, {self.channel}"


class OutgoingEmail(OutboxRow):
    """A row of the outbox for e-mail that is no notification, such as a link to confirm an address.

    It holds no secret: the text and its signed link are rendered at each attempt.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=email_kinds.kind_choices)
    params = models.JSONField(_("params"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    address = models.EmailField(_("address"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("user"),
        help_text=_("Empty for people who are invited by e-mail."),
    )
    site = models.CharField(
        _("site"), max_length=300, help_text=_("The base URL of its links, such as https://f1.example.org")
    )

    class Meta:
        verbose_name = _("outgoing e-mail")
        verbose_name_plural = _("outgoing e-mails")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["priority", "due_at"], condition=models.Q(state="waiting"), name="emails_to_send")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.address}"

    def as_recipient_reads(self) -> AbstractContextManager[None]:
        """A context in the recipient's language and time zone; for people without account, the site's and UTC."""
        return reading_as(self.user)
