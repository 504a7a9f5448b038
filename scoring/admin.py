"""Read-only admin of scores. Scores are always computed, so commissioners can only look at those of their leagues."""

from collections.abc import Iterable

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.admin import ReadOnlyAdmin
from core.formatting.points import shown_points
from leagues.league_scoped_admin import LeagueScopedAdmin

from .models import PickScore, RaceScore, ScoreChange, ScoreSheet, SeasonScore, SheetLine
from .rules import shown_label


def _breakdown(lines: Iterable[tuple[str, str]]) -> SafeString:
    """A breakdown in the reader's language; it is stored in English."""
    shown = ((shown_label(label), shown_points(points)) for label, points in lines)
    return format_html_join("", "<div>{}: {}</div>", shown)


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
    fields = (
        "sheet", "driver", "scorer", "sprint_scorer", "points", "lines", "points_if_race_held", "lines_if_race_held",
        "points_if_sprint_held", "lines_if_sprint_held", "points_if_held", "lines_if_held",
    )  # fmt: skip
    readonly_fields = ("lines", "lines_if_race_held", "lines_if_sprint_held", "lines_if_held")

    @admin.display(description=_("breakdown"))
    def lines(self, line: SheetLine) -> SafeString:
        return _breakdown(line.breakdown)

    @admin.display(description=_("breakdown if held in the race"))
    def lines_if_race_held(self, line: SheetLine) -> SafeString:
        return _breakdown(line.breakdown_if_race_held)

    @admin.display(description=_("breakdown if held in the sprint"))
    def lines_if_sprint_held(self, line: SheetLine) -> SafeString:
        return _breakdown(line.breakdown_if_sprint_held)

    @admin.display(description=_("breakdown if held in both"))
    def lines_if_held(self, line: SheetLine) -> SafeString:
        return _breakdown(line.breakdown_if_held)


@admin.register(PickScore)
class PickScoreAdmin(LeagueScopedAdmin):
    league_path = "pick__draft__league"
    list_display = ("pick", "driver", "points")
    list_filter = ("pick__draft__league", "pick__draft__race__season")
    search_fields = ("pick__slot__constructor__name", "driver__family_name")
    list_select_related = ("pick__entry__driver", "pick__slot__constructor", "driver")
    fields = ("pick", "driver", "points", "lines")
    readonly_fields = ("lines",)

    @admin.display(description=_("breakdown"))
    def lines(self, score: PickScore) -> SafeString:
        return _breakdown(score.breakdown)


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
