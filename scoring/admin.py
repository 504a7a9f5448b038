"""The administrators' door to the points: always computed, so only to be looked at."""

from django.contrib import admin

from fantasyf1.kit.admin import ReadOnlyAdmin

from .models import PickScore, RaceScore, ScoreChange, ScoreSheet, SeasonScore, SheetLine


@admin.register(ScoreSheet)
class ScoreSheetAdmin(ReadOnlyAdmin):
    list_display = ("race", "rules_key", "race_revision", "sprint_revision", "moves_version", "made_at")
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
class PickScoreAdmin(ReadOnlyAdmin):
    list_display = ("pick", "driver", "points")
    search_fields = ("pick__slot__constructor__name", "driver__family_name")
    list_select_related = ("pick__entry__driver", "pick__slot__constructor", "driver")


@admin.register(RaceScore)
class RaceScoreAdmin(ReadOnlyAdmin):
    list_display = ("draft", "rank", "constructor", "points", "best_pick", "autopicks")
    list_filter = ("draft__race__season",)
    search_fields = ("constructor__name", "draft__league__name", "draft__race__name")
    list_select_related = ("draft__league", "draft__race__season", "constructor")


@admin.register(SeasonScore)
class SeasonScoreAdmin(ReadOnlyAdmin):
    list_display = ("league", "rank", "constructor", "points", "races", "wins", "best_race", "autopicks")
    list_filter = ("league__season",)
    search_fields = ("league__name", "constructor__name")
    list_select_related = ("league", "constructor")


@admin.register(ScoreChange)
class ScoreChangeAdmin(ReadOnlyAdmin):
    list_display = (
        "draft",
        "constructor",
        "points_before",
        "points_after",
        "season_rank_after",
        "changed_at",
        "told_at",
    )
    list_filter = ("draft__race__season",)
    search_fields = ("constructor__name", "draft__league__name", "draft__race__name")
    list_select_related = ("draft__league", "draft__race__season", "constructor")
