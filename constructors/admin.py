"""The commissioners' door to the constructors of their leagues: to be looked at, for each belongs to its player."""

from django.contrib import admin

from leagues.scoped_admin import LeagueScopedAdmin

from .models import Constructor


@admin.register(Constructor)
class ConstructorAdmin(LeagueScopedAdmin):
    list_display = ("name", "league", "owner", "is_bot", "joined_at", "left_at")
    list_filter = ("is_bot", ("left_at", admin.EmptyFieldListFilter), "league", "league__season")
    search_fields = ("name", "owner__username", "league__name")
    list_select_related = ("league", "owner")
    # Whether somebody drafts automatically is his own business until the draft shows it.
    fields = ("league", "owner", "name", "is_bot", "joined_at", "left_at")
