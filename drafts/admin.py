"""The administrators' door to the drafts: the board to look at; what changes it goes through the services."""

from django.contrib import admin

from fantasyf1.kit.admin import ReadOnlyAdmin, ReadOnlyInline

from .models import Draft, DraftEvent, Pick, Slot


class SlotInline(ReadOnlyInline):
    model = Slot
    fields = ("number", "round", "constructor")


class PickInline(ReadOnlyInline):
    model = Pick
    fields = ("slot", "entry", "source", "picked_by", "picked_at")


class EventInline(ReadOnlyInline):
    model = DraftEvent
    fields = ("seq", "kind", "payload", "by", "happened_at")
    verbose_name_plural = "log"


@admin.register(Draft)
class DraftAdmin(ReadOnlyAdmin):
    list_display = ("league", "race", "state", "opens_at", "locks_at", "order_source", "locked_at", "voided_at")
    list_filter = ("state", "order_source", "race__season")
    search_fields = ("league__name", "race__name")
    list_select_related = ("league", "race__season")
    date_hierarchy = "locks_at"
    # The seed stays out of sight: whoever knows it before the opening knows the order.
    exclude = ("order_seed",)
    inlines = (SlotInline, PickInline, EventInline)


@admin.register(Pick)
class PickAdmin(ReadOnlyAdmin):
    list_display = ("draft", "slot", "entry", "source", "picked_by", "picked_at")
    list_filter = ("source", "draft__race__season")
    search_fields = ("draft__league__name", "entry__driver__family_name", "slot__constructor__name")
    list_select_related = (
        "draft__league",
        "draft__race__season",
        "slot__constructor",
        "entry__driver",
        "entry__race__season",
        "picked_by",
    )
