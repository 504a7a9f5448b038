"""Read-only admin of scores. Scores are always computed, so commissioners can only look at those of their leagues."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from leagues.league_scoped_admin import LeagueScopedAdmin

from .models import PickScore, RaceScore, ScoreChange, ScoreSheet, SeasonScore, SheetLine


@admin.register(ScoreSheet)
class ScoreSheetAdmin(ReadOnlyAdmin):
    list_display = ("race", "rules_key", "race_revision", "sprint_revision", "replacements_version", "created_at")
    list_filter = ("race__season",)
    search_fields = ("race__name", "rules_key")
    list_select_related = ("race__season",)


@admin.register(SheetLine)
class SheetLineAdmin(ReadOnlyAdmin):
    list_display = ("sheet", "driver", "scorer", "points")
    list_filter = ("sheet__race__season",)
    search_fields = ("driver__family_name", "sheet__race__name")
    list_select_related = ("sheet__race__season", "driver", "scorer")


@admin.register(PickScore)
class PickScoreAdmin(LeagueScopedAdmin):
    league_path = "pick__draft__league"
    list_display = ("pick", "driver", "points")
    list_filter = ("pick__draft__league", "pick__draft__race__season")
    search_fields = ("pick__slot__constructor__name", "driver__family_name")
    list_select_related = ("pick__entry__driver", "pick__slot__constructor", "driver")


@admin.register(RaceScore)
class RaceScoreAdmin(LeagueScopedAdmin):
    league_path = "draft__league"
    list_display = ("constructor", "draft", "rank", "points", "best_pick", "autopicks")
    list_filter = ("draft__league", "draft__race__season")
    search_fields = ("constructor__name", "draft__league__name", "draft__race__name")
    list_select_related = ("draft__league", "draft__race__season", "constructor")


@admin.register(SeasonScore)
class SeasonScoreAdmin(LeagueScopedAdmin):
    list_display = ("constructor", "league", "rank", "points", "races", "wins", "best_race", "autopicks")
    list_filter = ("league", "league__season")
    search_fields = ("league__name", "constructor__name")
    list_select_related = ("league", "constructor")


@admin.register(ScoreChange)
class ScoreChangeAdmin(LeagueScopedAdmin):
    """What each correction changed for a constructor."""

    league_path = "draft__league"
    list_display = ("constructor", "draft", "points_before", "points_after", "rank_before", "rank_after", "changed_at")
    list_filter = ("draft__league", "draft__race__season")
    search_fields = ("constructor__name", "draft__league__name", "draft__race__name")
    list_select_related = ("draft__league", "draft__race__season", "constructor")
    date_hierarchy = "changed_at"
