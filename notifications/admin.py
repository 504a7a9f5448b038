"""Admin of what is sent: deliveries of notifications by channel, and the outbox of other e-mail."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core import clock
from core.admin import OneChoiceFilter, ReadOnlyMixin, SuperuserOnlyMixin

from . import channels, services
from .channels.email import html_of
from .models import Delivery, OutgoingEmail
from .selectors import outbox_summary, overdue_condition

# The preview is an e-mail: it brings its own styles, and may do nothing else.
PREVIEW_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"


class OverdueFilter(OneChoiceFilter):
    title, parameter_name = _("health"), "health"
    choice = ("overdue", _("Overdue"))

    @staticmethod
    def condition() -> Q:
        return overdue_condition(clock.now())


class ChannelFilter(admin.SimpleListFilter):
    title, parameter_name = _("channel"), "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(channel.name, channel.label) for channel in channels.available_channels()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(channel=self.value()) if self.value() else queryset


class OutboxAdmin(SuperuserOnlyMixin, ReadOnlyMixin, admin.ModelAdmin[Any]):
    """Rows of the outbox. Parked ones can be sent again."""

    actions = ("retry",)
    exclude = ("last_error",)
    readonly_fields: ClassVar[tuple[str, ...]] = ("error",)
    date_hierarchy = "created_at"
    view_on_site = False

    @admin.display(description=_("last error"), ordering="last_error")
    def error(self, row: Any) -> str:
        return str(row.shown_error)

    @admin.action(description=_("Send parked ones again"))
    def retry(self, request: HttpRequest, rows: QuerySet[Model]) -> None:
        count = services.retry_parked(rows, now=clock.now())
        sentence = ngettext("%(count)d will be sent again.", "%(count)d will be sent again.", count)
        self.message_user(request, sentence % {"count": count}, messages.SUCCESS)


@admin.register(Delivery)
class DeliveryAdmin(OutboxAdmin):
    """What is sent by e-mail and push, with the reasons for failures and a preview."""

    list_display = (
        "kind",
        "user",
        "channel_label",
        "state",
        "created_at",
        "due_at",
        "attempts",
        "error",
        "sent_at",
    )
    list_filter = ("state", OverdueFilter, ChannelFilter, "notification__kind")
    search_fields = ("notification__user__username", "last_error")
    list_select_related = ("notification__user",)
    readonly_fields = ("preview", "error")
    change_list_template = "notifications/admin/deliveries.html"

    @admin.display(description=_("kind"), ordering="notification__kind")
    def kind(self, delivery: Delivery) -> str:
        return delivery.notification.get_kind_display()

    @admin.display(description=_("channel"), ordering="channel")
    def channel_label(self, delivery: Delivery) -> str:
        channel = channels.get(delivery.channel)
        return str(channel.label) if channel else delivery.channel

    @admin.display(description=_("user"), ordering="notification__user__username")
    def user(self, delivery: Delivery) -> str:
        return str(delivery.notification.user)

    @admin.display(description=_("preview"))
    def preview(self, delivery: Delivery) -> str:
        url = reverse("admin:notifications_delivery_preview", args=[delivery.pk])
        return format_html('<a href="{}">{}</a>', url, _("Show as e-mail"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"summary": outbox_summary(clock.now()), **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_urls(self) -> list[URLPattern]:
        preview = path(
            "<int:pk>/preview/",
            self.admin_site.admin_view(self.preview_view),
            name="notifications_delivery_preview",
        )
        return [preview, *super().get_urls()]

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The e-mail as its recipient sees it, but with links that need a sign-in."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        delivery = get_object_or_404(Delivery.objects.select_related("notification__user"), pk=pk)
        response = HttpResponse(html_of(services.preview(delivery=delivery, now=clock.now())))
        response["Content-Security-Policy"] = PREVIEW_POLICY
        return response


@admin.register(OutgoingEmail)
class OutgoingEmailAdmin(OutboxAdmin):
    """E-mails that are no notifications. Those overdue for long mean that the mail server does not accept them."""

    list_display = ("kind", "address", "user", "state", "created_at", "due_at", "attempts", "error", "sent_at")
    list_filter = ("state", OverdueFilter, "kind")
    search_fields = ("address", "user__username", "last_error")
    list_select_related = ("user",)
