"""Admin of drafts for commissioners: board, event log, and the commissioner tools as actions on a draft."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from constructors.selectors import constructors_in
from core import clock
from core.formatting.datetimes import format_datetime
from leagues.league_scoped_admin import LeagueScopedAdmin, LeagueScopedInline, ObjectAction
from leagues.models import SkippedRace
from races.models import Entry

from . import rules, services
from .attention import REASONS, drafts_needing
from .forms import Choices, ExtendForm, OrderForm, PickForForm, SeenForm, SubstitutionForm, UndoForm
from .history import event_lines
from .models import Draft, Pick, Slot
from .selectors import UNLOCKED_STATES, DraftRoom, draft_order, draft_room, has_lobby, latest_picks

State = Draft.State
Data = Mapping[str, Any] | None


class SlotInline(LeagueScopedInline):
    model = Slot
    league_path = "draft__league"
    fields = ("number", "round", "constructor", "driver", "how", "passed_at", "voided_at")
    readonly_fields = ("driver", "how")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        slots = super().get_queryset(request).select_related("constructor")
        return slots.prefetch_related("picks__entry__driver", "picks__picked_by")

    @admin.display(description=_("driver"))
    def driver(self, slot: Any) -> str:
        return ", ".join(str(pick.entry.driver) for pick in slot.picks.all()) or self.get_empty_value_display()

    @admin.display(description=_("picked"))
    def how(self, slot: Any) -> str:
        how = ", ".join(f"{pick.get_source_display()} {pick.picked_by or ''}".strip() for pick in slot.picks.all())
        return how or self.get_empty_value_display()


# -- commissioner tools ------------------------------------------------------------------------------------------------


def _in_state(*states: str) -> Callable[[Draft], bool]:
    return lambda draft: draft.state in states


def _with_last_seen_event(form: type[SeenForm]) -> Callable[[Draft, Data], forms.BaseForm]:
    """Return a form factory that fills in the latest event number, for optimistic locking between two managers."""
    return lambda draft, data: form(data, initial={"seen": draft.last_seq})


def _start(draft: Draft, form: SeenForm, by: User) -> str:
    services.start_draft(draft=draft, by=by, now=clock.now(), seen=form.seen_event)
    return gettext("The draft has started.")


def _pause(draft: Draft, form: SeenForm, by: User) -> str:
    services.pause_draft(draft=draft, by=by, now=clock.now(), seen=form.seen_event)
    return gettext("The draft is paused. The clock has stopped.")


def _resume(draft: Draft, form: SeenForm, by: User) -> str:
    services.resume_draft(draft=draft, by=by, now=clock.now(), seen=form.seen_event)
    return gettext("The draft is resumed.")


def _extend(draft: Draft, form: ExtendForm, by: User) -> str:
    minutes = form.cleaned_data["minutes"]
    services.extend_turn(draft=draft, by=by, minutes=minutes, now=clock.now(), seen=form.seen_event)
    text = ngettext(
        "The clock is extended by %(minutes)s minute, up to the lock at most.",
        "The clock is extended by %(minutes)s minutes, up to the lock at most.",
        minutes,
    )
    return text % {"minutes": minutes}


def _pick_for_form(draft: Draft, data: Data) -> forms.BaseForm:
    room = draft_room(draft)
    return PickForForm(
        data,
        choices={
            "slot": [(slot.pk, _slot_label(slot)) for slot in room.fillable],
            "entry": _free_drivers(room),
        },
        initial={"seen": draft.last_seq},
    )


def _slot_label(slot: Slot) -> str:
    return gettext("%(constructor)s, pick %(number)s") % {"constructor": slot.constructor, "number": slot.number}


def _free_drivers(room: DraftRoom) -> Choices:
    return [(entry.pk, f"{entry.driver} ({points})") for entry, points in room.free]


def _pick_for(draft: Draft, form: PickForForm, by: User) -> str:
    slot = draft.slots.select_related("constructor").get(pk=form.cleaned_data["slot"])
    entry = Entry.objects.select_related("driver").get(pk=form.cleaned_data["entry"])
    services.pick_for(
        draft=draft, constructor=slot.constructor, entry=entry, by=by, now=clock.now(), seen=form.seen_event
    )
    return gettext("Picked %(driver)s for %(constructor)s.") % {"driver": entry.driver, "constructor": slot.constructor}


def _substitution_form(draft: Draft, data: Data) -> forms.BaseForm:
    room = draft_room(draft)
    out = [(pick.entry_id, f"{pick.entry.driver}, {pick.slot.constructor}") for pick in room.out]
    return SubstitutionForm(data, choices={"out": out, "entry": _free_drivers(room)}, initial={"seen": draft.last_seq})


def _substitute(draft: Draft, form: SubstitutionForm, by: User) -> str:
    entries = Entry.objects.select_related("driver")
    out, entry = (entries.get(pk=form.cleaned_data[name]) for name in ("out", "entry"))
    pick = services.substitute_driver_for(
        draft=draft, out=out, entry=entry, by=by, now=clock.now(), seen=form.seen_event
    )
    values = {"constructor": pick.slot.constructor, "driver": entry.driver, "out": out.driver}
    return gettext("%(constructor)s now has %(driver)s instead of %(out)s.") % values


def _has_withdrawn_driver(draft: Draft) -> bool:
    return draft.is_in_progress and draft.picks.filter(entry__is_withdrawn=True).exists()


def _picks_to_undo(draft: Draft) -> Sequence[str]:
    line = gettext("%(driver)s, picked by %(constructor)s")
    return [line % {"driver": pick.entry.driver, "constructor": pick.slot.constructor} for pick in latest_picks(draft)]


def _undo(draft: Draft, form: UndoForm, by: User) -> str:
    count = form.cleaned_data["count"]
    services.undo_picks(draft=draft, by=by, count=count, now=clock.now(), seen=form.seen_event)
    text = ngettext("The last pick is undone.", "The last %(count)s picks are undone.", count)
    return text % {"count": count}


def _order_form(draft: Draft, data: Data) -> forms.BaseForm:
    members = list(constructors_in(draft.league))
    order = rules.carried_over(
        draft_order(draft) or draft.planned_order or [], [constructor.pk for constructor in members]
    )
    places = {f"place_{pk}": place for place, pk in enumerate(order, 1)}
    return OrderForm(data, constructors=members, initial={"seen": draft.last_seq, **places})


def _set_order(draft: Draft, form: OrderForm, by: User) -> str:
    services.set_order(draft=draft, order=form.order(), by=by, now=clock.now(), seen=form.seen_event)
    return gettext("The order is set.")


def _skip(draft: Draft, form: SeenForm, by: User) -> str:
    services.skip_race(league=draft.league, race=draft.race, by=by, now=clock.now())
    return gettext("The league skips this race.")


def _can_skip(draft: Draft) -> bool:
    return draft.state in UNLOCKED_STATES and not draft.picks.exists()


def _restore(skip: SkippedRace, form: SeenForm, by: User) -> str:
    services.restore_race(league=skip.league, race=skip.race, by=by, now=clock.now())
    return gettext("The league drafts for this race.")


@admin.register(SkippedRace)
class SkippedRaceAdmin(LeagueScopedAdmin):
    """Races that leagues skip. They are skipped on the page of a draft, and restored here."""

    list_display = ("race", "league", "by", "created_at")
    list_filter = ("league", "league__season")
    search_fields = ("league__name", "race__name")
    list_select_related = ("league", "race__season", "by")
    fields = ("league", "race", "by", "created_at")
    object_actions = {"restore": ObjectAction(_("Draft for this race"), lambda skip, data: SeenForm(data), _restore)}


class AttentionFilter(admin.SimpleListFilter):
    title, parameter_name = _("needs attention"), "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(REASONS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        reason = self.value()
        return drafts_needing(reason, queryset, clock.now()) if reason in REASONS else queryset


@admin.register(Draft)
class DraftAdmin(LeagueScopedAdmin):
    list_display = ("race", "league", "state", "picks_made", "opens_at", "locks_at")
    list_filter = (AttentionFilter, "state", "order_source", "league", "race__season")
    search_fields = ("league__name", "race__name")
    list_select_related = ("league", "race__season")
    date_hierarchy = "locks_at"
    # The seed is not shown: anybody who knows it before the draft opens knows the order.
    fieldsets = (
        (None, {"fields": ("league", "race", "page", "state", "turn_ends_at", "locks_at", "log")}),
        (
            _("Details"),
            {
                "classes": ("collapse",),
                "fields": (
                    "settings", "order_source", "opens_at", "opened_at", "lock_is_provisional", "paused_at",
                    "locked_at", "voided_at", "void_reason",
                ),
            },
        ),
    )  # fmt: skip
    readonly_fields = ("page", "log")
    inlines = (SlotInline,)
    object_actions = {
        "start": ObjectAction(_("Start the draft"), _with_last_seen_event(SeenForm), _start, is_available=has_lobby),
        "pause": ObjectAction(
            _("Pause the draft"), _with_last_seen_event(SeenForm), _pause, is_available=_in_state(State.OPEN)
        ),
        "resume": ObjectAction(
            _("Resume the draft"), _with_last_seen_event(SeenForm), _resume, is_available=_in_state(State.PAUSED)
        ),
        "extend": ObjectAction(
            _("Extend the clock"), _with_last_seen_event(ExtendForm), _extend, is_available=_in_state(State.OPEN)
        ),
        "pick-for": ObjectAction(
            _("Pick for a player"), _pick_for_form, _pick_for, is_available=_in_state(State.OPEN, State.PAUSED)
        ),
        "swap": ObjectAction(
            _("Substitute a driver who is out"), _substitution_form, _substitute, is_available=_has_withdrawn_driver
        ),
        "undo": ObjectAction(
            _("Undo the last picks"),
            _with_last_seen_event(UndoForm),
            _undo,
            lines=_picks_to_undo,
            is_available=_in_state(State.OPEN, State.PAUSED, State.COMPLETE),
        ),
        "order": ObjectAction(
            _("Set the order"),
            _order_form,
            _set_order,
            is_available=_in_state(State.UPCOMING, State.OPEN, State.PAUSED),
        ),
        "skip": ObjectAction(_("Skip this race"), _with_last_seen_event(SeenForm), _skip, is_available=_can_skip),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("slots__picks")

    @admin.display(description=_("picks"))
    def picks_made(self, draft: Any) -> str:
        slots = draft.slots.all()
        made = sum(bool(slot.picks.all()) for slot in slots)
        return gettext("%(made)s of %(total)s") % {"made": made, "total": len(slots)} if slots else ""

    @admin.display(description=_("draft room"))
    def page(self, draft: Any) -> str:
        url = reverse("drafts:room", args=[draft.league_id, draft.race_id])
        return format_html('<a href="{}">{}</a>', url, gettext("Open the draft room"))

    @admin.display(description=_("log"))
    def log(self, draft: Any) -> str:
        lines = ((format_datetime(line.at), line.sentence) for line in event_lines(draft))
        return (
            format_html('<ul class="log">{}</ul>', format_html_join("", "<li>{}: {}</li>", lines)) if draft.pk else ""
        )


@admin.register(Pick)
class PickAdmin(LeagueScopedAdmin):
    league_path = "draft__league"
    list_display = ("driver", "constructor", "draft", "number", "source", "picked_by", "picked_at")
    list_filter = ("source", "draft__league", "draft__race__season")
    search_fields = ("draft__league__name", "entry__driver__family_name", "slot__constructor__name")
    fields = ("draft", "number", "constructor", "driver", "source", "picked_by", "picked_at")
    readonly_fields = ("number", "constructor", "driver")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        picks = super().get_queryset(request)
        return picks.select_related(
            "draft__league", "draft__race__season", "slot__constructor", "entry__driver", "picked_by"
        )

    @admin.display(description=_("driver"), ordering="entry__driver__family_name")
    def driver(self, pick: Any) -> str:
        return str(pick.entry.driver)

    @admin.display(description=_("constructor"), ordering="slot__constructor__name")
    def constructor(self, pick: Any) -> str:
        return str(pick.slot.constructor)

    @admin.display(description=_("number"), ordering="slot__number")
    def number(self, pick: Any) -> int:
        number: int = pick.slot.number
        return number
