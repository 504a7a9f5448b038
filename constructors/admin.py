"""Read-only admin of constructors: commissioners see those of their leagues."""

from django.contrib import admin

from leagues.league_scoped_admin import LeagueScopedAdmin

from .models import Constructor


@admin.register(Constructor)
class ConstructorAdmin(LeagueScopedAdmin):
    list_display = ("name", "league", "owner", "is_bot", "joined_at", "left_at")
    list_filter = ("is_bot", ("left_at", admin.EmptyFieldListFilter), "league", "league__season")
    search_fields = ("name", "owner__username", "league__name")
    list_select_related = ("league", "owner")
    # Autodraft is omitted: it is private until the draft reveals it.
    fields = ("league", "owner", "name", "is_bot", "joined_at", "left_at")
