"""Admin of the e-mail outbox."""

from django.contrib import admin

from core.admin import ReadOnlyMixin, SuperuserOnlyMixin

from .models import OutgoingEmail


@admin.register(OutgoingEmail)
class OutgoingEmailAdmin(SuperuserOnlyMixin, ReadOnlyMixin, admin.ModelAdmin[OutgoingEmail]):
    """The e-mail outbox. E-mails overdue for long mean that the mail server does not accept them."""

    list_display = ("kind", "address", "user", "created_at", "due_at", "give_up_at", "sent_at")
    list_filter = (("sent_at", admin.EmptyFieldListFilter), "kind")
    search_fields = ("address", "user__username")
    list_select_related = ("user",)
    date_hierarchy = "created_at"
    view_on_site = False
