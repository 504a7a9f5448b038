"""Admin of seasons, races, entries and results. Data from the API is read-only; entries and replacements are not."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.admin import TABULAR_INLINE, InlineLabelsMixin, ReadOnlyMixin, ViewableByManagersMixin
from core.errors import Refused
from core.formatting.labels import inside_a_sentence

from ..models import Circuit, Classification, Driver, Entry, Race, Replacement, Result, Season, Session, Team
from ..services import delete_replacement, save_entry, save_replacement, set_race_state
from .results import ManualResultsAdmin


class ReadOnlySourceMixin(ReadOnlyMixin, ViewableByManagersMixin):
    """Read-only admin of rows that are synced from a source."""


@admin.register(Season)
class SeasonAdmin(ReadOnlySourceMixin, admin.ModelAdmin[Season]):
    list_display = ("year", "is_demonstration", "grid_size", "results_version")
    list_filter = ("is_demonstration",)


@admin.register(Circuit)
class CircuitAdmin(ReadOnlySourceMixin, admin.ModelAdmin[Circuit]):
    list_display = ("name", "locality", "country", "ref")
    search_fields = ("name", "locality", "country", "ref")


@admin.register(Team)
class TeamAdmin(ReadOnlySourceMixin, admin.ModelAdmin[Team]):
    list_display = ("name", "nationality", "ref")
    search_fields = ("name", "ref")


@admin.register(Driver)
class DriverAdmin(ReadOnlySourceMixin, admin.ModelAdmin[Driver]):
    list_display = ("family_name", "given_name", "code", "nationality", "ref")
    search_fields = ("family_name", "given_name", "code", "ref")


class SessionInline(ReadOnlySourceMixin, admin.TabularInline[Session, Race]):
    template = TABULAR_INLINE
    model = Session
    extra = 0


class EntryForm(forms.ModelForm[Entry]):
    """An administrator's edit of one entry."""

    class Meta:
        model = Entry
        fields = ("race", "driver", "team", "number", "is_withdrawn")

    def clean_number(self) -> int | None:
        number: int | None = self.cleaned_data["number"]
        if number is not None and not 1 <= number <= 99:
            raise forms.ValidationError(gettext("Car numbers go from 1 to 99."))
        return number


class ReplacementForm(forms.ModelForm[Replacement]):
    class Meta:
        model = Replacement
        fields = ("race", "out_driver", "in_driver")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("out_driver") and given.get("out_driver") == given.get("in_driver"):
            raise forms.ValidationError(gettext("A driver cannot replace themselves."))
        return given


class EntryInlineForm(InlineLabelsMixin, EntryForm):
    pass


class ReplacementInlineForm(InlineLabelsMixin, ReplacementForm):
    pass


class EntryInline(ViewableByManagersMixin, admin.TabularInline[Entry, Race]):
    """The line-up of a race. Drivers are withdrawn, not deleted: they may have been picked."""

    template = TABULAR_INLINE
    model = Entry
    form = EntryInlineForm
    extra = 0
    autocomplete_fields = ("driver", "team")
    readonly_fields = ("source", "in_line_up", "line_up_team", "line_up_number")
    can_delete = False


class ReplacementInline(ViewableByManagersMixin, admin.TabularInline[Replacement, Race]):
    template = TABULAR_INLINE
    model = Replacement
    form = ReplacementInlineForm
    extra = 0
    autocomplete_fields = ("out_driver", "in_driver")


@admin.register(Race)
class RaceAdmin(ViewableByManagersMixin, ManualResultsAdmin):
    """A race with its sessions and entries. Its state is changed by list actions."""

    list_display = ("name", "season", "round", "race_date", "starts_at", "state", "state_is_held")
    list_filter = ("season", "state")
    search_fields = ("name", "circuit__name")
    list_select_related = ("season",)
    ordering = ("-race_date",)
    inlines = (SessionInline, EntryInline, ReplacementInline)
    actions = ("cancel", "postpone", "reinstate", "ask_now", "release_results")
    readonly_fields = (
        "season", "circuit", "name", "round", "race_date", "starts_at", "state", "state_is_held", "line_up_frozen_at",
        "replacements_version",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Race | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Race | None = None) -> tuple[str, ...]:
        return ("results", *self.readonly_fields) if request.user.is_superuser else self.readonly_fields

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is Entry:
            for entry in formset.save(commit=False):
                save_entry(entry=entry, now=clock.now())
        elif formset.model is Replacement:
            self._save_replacements(formset)
        else:
            super().save_formset(request, form, formset, change)

    def _save_replacements(self, formset: Any) -> None:
        replacements = formset.save(commit=False)
        for deleted in formset.deleted_objects:
            delete_replacement(replacement=deleted, now=clock.now())
        for replacement in replacements:
            save_replacement(replacement=replacement, now=clock.now())

    @admin.action(permissions=["change"], description=_("Cancel the selected races"))
    def cancel(self, request: HttpRequest, races: QuerySet[Race]) -> None:
        self._set(request, races, Race.State.CANCELLED)

    @admin.action(permissions=["change"], description=_("Postpone the selected races"))
    def postpone(self, request: HttpRequest, races: QuerySet[Race]) -> None:
        self._set(request, races, Race.State.POSTPONED)

    @admin.action(
        permissions=["change"], description=_("Reschedule the selected races and update them from the F1 API again")
    )
    def reinstate(self, request: HttpRequest, races: QuerySet[Race]) -> None:
        self._set(request, races, Race.State.SCHEDULED)

    def _set(self, request: HttpRequest, races: QuerySet[Race], state: Race.State) -> None:
        for race in races:
            try:
                changed = set_race_state(race=race, state=state, now=clock.now())
            except Refused as refused:
                self.message_user(request, refused.sentence, messages.ERROR)
            else:
                text = gettext("%(race)s is now %(state)s.")
                self.message_user(
                    request, text % {"race": changed, "state": inside_a_sentence(changed.get_state_display())}
                )


@admin.register(Entry)
class EntryAdmin(ViewableByManagersMixin, admin.ModelAdmin[Entry]):
    form = EntryForm
    list_display = ("driver", "race", "team", "number", "is_withdrawn", "source")
    list_filter = ("race__season", "is_withdrawn", "source", "team")
    search_fields = ("driver__family_name", "driver__ref", "race__name")
    autocomplete_fields = ("race", "driver", "team")
    list_select_related = ("driver", "race__season", "team")

    def has_delete_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Entry, form: Any, change: bool) -> None:
        save_entry(entry=obj, now=clock.now())


@admin.register(Replacement)
class ReplacementAdmin(ViewableByManagersMixin, admin.ModelAdmin[Replacement]):
    form = ReplacementForm
    list_display = ("race", "out_driver", "in_driver")
    list_filter = ("race__season",)
    search_fields = ("out_driver__family_name", "in_driver__family_name", "race__name")
    autocomplete_fields = ("race", "out_driver", "in_driver")
    list_select_related = ("race__season", "out_driver", "in_driver")

    def save_model(self, request: HttpRequest, obj: Replacement, form: Any, change: bool) -> None:
        save_replacement(replacement=obj, now=clock.now())

    def delete_model(self, request: HttpRequest, obj: Replacement) -> None:
        delete_replacement(replacement=obj, now=clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Replacement]) -> None:
        for replacement in queryset:
            delete_replacement(replacement=replacement, now=clock.now())


class ResultInline(ReadOnlySourceMixin, admin.TabularInline[Result, Classification]):
    template = TABULAR_INLINE
    model = Result
    extra = 0
    fields = (
        "driver", "team", "number", "position", "position_text", "grid", "laps", "status_in_words", "points",
        "fastest_lap_rank", "time_text",
    )  # fmt: skip
    readonly_fields = ("status_in_words",)

    @admin.display(description=_("status"))
    def status_in_words(self, result: Result) -> str:
        return result.shown_status


@admin.register(Classification)
class ClassificationAdmin(ReadOnlySourceMixin, admin.ModelAdmin[Classification]):
    list_display = ("race", "kind", "revision", "source", "recorded_at", "recorded_by", "is_held")
    list_filter = ("race__season", "kind", "source", "is_held")
    search_fields = ("race__name",)
    list_select_related = ("race__season", "recorded_by")
    ordering = ("-recorded_at", "race", "kind")
    date_hierarchy = "recorded_at"
    fields = (
        "race", "kind", "revision", "changes", "source", "recorded_at", "confirmed_at", "recorded_by", "reason",
        "is_held", "digest",
    )  # fmt: skip
    readonly_fields = ("changes",)
    inlines = (ResultInline,)

    @admin.display(description=_("Changes"))
    def changes(self, classification: Classification) -> str:
        sentences = format_html_join("", "<li>{}</li>", ((sentence,) for sentence in classification.shown_difference))
        return format_html('<ul class="log">{}</ul>', sentences) if sentences else self.get_empty_value_display()


@admin.register(Result)
class ResultAdmin(ReadOnlySourceMixin, admin.ModelAdmin[Result]):
    list_display = ("driver", "classification", "position", "position_text", "team", "status_in_words", "points")
    list_filter = ("classification__race__season", "classification__kind", "team")
    search_fields = ("driver__family_name", "driver__ref", "classification__race__name")
    list_select_related = ("driver", "team", "classification__race__season")
    fields = ("classification", *ResultInline.fields)
    readonly_fields = ("status_in_words",)

    @admin.display(description=_("status"), ordering="status")
    def status_in_words(self, result: Result) -> str:
        return result.shown_status
