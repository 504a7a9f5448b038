"""The administrators' door to the leagues. Rules of the game change by new versions, in the site."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from fantasyf1.kit.admin import ReadOnlyAdmin, ReadOnlyInline

from .models import League, Membership, SettingsVersion
from .selectors import with_players


class MembershipInline(ReadOnlyInline):
    model = Membership
    fields = ("user", "role", "joined_at", "left_at")


class SettingsInline(ReadOnlyInline):
    model = SettingsVersion
    fields = ("number", "picks_per_race", "method", "order_strategy", "scoring", "sprints", "autopicks", "created_by")


@admin.register(League)
class LeagueAdmin(admin.ModelAdmin[League]):
    list_display = ("name", "season", "visibility", "players", "capacity", "creator", "created_at", "archived_at")
    list_filter = ("season", "visibility", ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "code", "creator__username")
    date_hierarchy = "created_at"
    fields = ("name", "season", "code", "visibility", "capacity", "creator", "created_at", "archived_at")
    readonly_fields = ("season", "code", "capacity", "creator", "created_at")
    inlines = (MembershipInline, SettingsInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[League]:
        return with_players(super().get_queryset(request)).select_related("creator")

    @admin.display(ordering="players")
    def players(self, league: League) -> int:
        return league.players  # type: ignore[attr-defined, no-any-return]  # annotated by with_players

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # A league is founded in the site, with its manager and first settings.

    def has_delete_permission(self, request: HttpRequest, obj: League | None = None) -> bool:
        return False  # It is archived, so that nobody's history is lost.


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("league", "user", "role", "joined_at", "left_at")
    list_filter = ("role", ("left_at", admin.EmptyFieldListFilter), "league__season")
    search_fields = ("league__name", "user__username")
    list_select_related = ("league", "user")


@admin.register(SettingsVersion)
class SettingsVersionAdmin(ReadOnlyAdmin):
    list_display = ("league", "number", "method", "order_strategy", "scoring", "sprints", "created_at", "created_by")
    list_filter = ("method", "order_strategy", "scoring", "sprints")
    search_fields = ("league__name",)
    list_select_related = ("league", "created_by")
