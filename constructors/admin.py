"""The administrators' door to the constructors."""

from django.contrib import admin
from django.http import HttpRequest

from .models import Constructor


@admin.register(Constructor)
class ConstructorAdmin(admin.ModelAdmin[Constructor]):
    list_display = ("name", "league", "owner", "is_bot", "joined_at", "left_at")
    list_filter = ("is_bot", ("left_at", admin.EmptyFieldListFilter), "league__season")
    search_fields = ("name", "owner__username", "league__name")
    list_select_related = ("league", "owner")
    readonly_fields = ("league", "owner", "is_bot", "joined_at", "left_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # It comes with its player's membership.

    def has_delete_permission(self, request: HttpRequest, obj: Constructor | None = None) -> bool:
        return False  # Its picks and points stay in the standings.
