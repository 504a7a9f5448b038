"""Notifications, the kinds that users have muted, and the e-mail outbox."""

from contextlib import AbstractContextManager
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import email_kinds, kinds


class Notification(models.Model):
    """A message to one user, stored as a kind, one of its messages, and params. See `notifications.kinds`.

    Channels such as e-mail deliver it; they do not create notifications of their own.
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
    created_at = models.DateTimeField(_("created at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_notification_per_event")]
        indexes = [models.Index(fields=["user"], condition=models.Q(read_at=None), name="unread_notifications")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.key})"

    @cached_property
    def rendered(self) -> kinds.RenderedMessage:
        """What the user reads, in the active language and in their time zone."""
        with timezone.override(ZoneInfo(self.user.time_zone)):
            return kinds.render(kind=self.kind, message=self.message, params=self.params)

    @property
    def title(self) -> str:
        return self.rendered.title

    @property
    def body(self) -> str:
        return self.rendered.body

    @property
    def url(self) -> str:
        return self.rendered.url


class MutedNotificationKind(models.Model):
    """A kind of notification that the user has muted. Without a row, they get that kind."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="muted_notification_kinds"
    )
    kind = models.CharField(_("kind"), max_length=kinds.MAX_NAME_LENGTH, choices=kinds.kind_choices)

    class Meta:
        verbose_name = _("muted notification kind")
        verbose_name_plural = _("muted notification kinds")
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_mute_per_kind")]

    def __str__(self) -> str:
        return f"{self.user}: not “{self.get_kind_display()}”"


class OutgoingEmail(models.Model):
    """A row of the e-mail outbox. It holds no secret: the text and its signed link are rendered at each attempt."""

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
    created_at = models.DateTimeField(_("created at"))
    due_at = models.DateTimeField(_("next attempt"))
    give_up_at = models.DateTimeField(_("last attempt"), help_text=_("It is not sent after this time."))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("outgoing e-mail")
        verbose_name_plural = _("outgoing e-mails")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(sent_at=None), name="emails_to_send")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.address}"

    def in_time_zone_of_recipient(self) -> AbstractContextManager[None]:
        """A context in which datetimes are shown in the recipient's time zone, or in UTC for people without account."""
        return timezone.override(ZoneInfo(self.user.time_zone if self.user else "UTC"))
