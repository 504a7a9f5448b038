"""Admin of leagues: commissioners see their own leagues, administrators all. Every change goes through a service."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.admin import OneChoiceFilter, apply_to_each, confirmation_page

from . import services
from .forms import ContinueForm, FirstDraftForm, InvitationForm, LeagueForm, RemoveForm, SettingsForm
from .league_scoped_admin import LeagueScopedAdmin, LeagueScopedInline, ObjectAction
from .models import (
    ActivityLogEntry,
    Ban,
    Invitation,
    League,
    Membership,
    SettingsVersion,
    Webhook,
    WebhookDelivery,
)
from .selectors import FAILED_WEBHOOK, current_settings, has_drafted, reason_not_to_continue, with_players


class MembershipInline(LeagueScopedInline):
    model = Membership
    fields = ("user", "role", "joined_at", "left_at")


class SettingsInline(LeagueScopedInline):
    model = SettingsVersion
    fields = ("number", "picks_per_race", "method", "order_strategy", "scoring", "sprints", "clock", "created_by")


def _league_form(league: League, data: Mapping[str, Any] | None) -> forms.BaseForm:
    return LeagueForm(data, instance=league)


def _change(league: League, form: LeagueForm, by: User) -> str:
    services.change_league(league=league, by=by, **form.cleaned_data)
    return gettext("The league is saved.")


def _settings_form(league: League, data: Mapping[str, Any] | None) -> forms.BaseForm:
    return SettingsForm(data, instance=current_settings(league))


def _change_settings(league: League, form: SettingsForm, by: User) -> str:
    version = services.change_settings(league=league, by=by, changes=form.changes(), now=clock.now())
    return gettext("Settings %(number)s apply from the next draft that opens.") % {"number": version.number}


def _first_draft_form(league: League, data: Mapping[str, Any] | None) -> forms.BaseForm:
    bots = current_settings(league).bots_up_to
    return FirstDraftForm(data, initial={"first_draft_start": league.first_draft_start, "bots_up_to": bots})


def _plan_first_draft(league: League, form: FirstDraftForm, by: User) -> str:
    start, bots = form.cleaned_data["first_draft_start"], form.cleaned_data["bots_up_to"]
    services.plan_first_draft(league=league, by=by, start=start, bots_up_to=bots, now=clock.now())
    return gettext("The first draft is planned.")


def _empty_form(row: Model, data: Mapping[str, Any] | None) -> forms.BaseForm:
    return forms.Form(data)


def _delete(league: League, form: forms.Form, by: User) -> str:
    services.delete_league(league=league, by=by, now=clock.now())
    return gettext("The league is deleted.")


def _invitation_form(league: League, data: Mapping[str, Any] | None) -> forms.BaseForm:
    return InvitationForm(data)


def _invite(league: League, form: InvitationForm, by: User) -> str:
    services.invite(league=league, by=by, now=clock.now(), **form.whom())
    return gettext("Invited %(name)s.") % {"name": form.cleaned_data["who"]}


def _continue_form(league: League, data: Mapping[str, Any] | None) -> forms.BaseForm:
    return ContinueForm(data, league=league, settings=current_settings(league))


def _continue(league: League, form: ContinueForm, by: User) -> str:
    continued = services.continue_league(
        league=league,
        by=by,
        name=form.cleaned_data["name"],
        first_order=form.cleaned_data["first_order"],
        settings=form.settings(),
        now=clock.now(),
    )
    return gettext("“%(league)s” continues in %(season)s.") % {"league": continued, "season": continued.season}


@admin.register(League)
class LeagueAdmin(LeagueScopedAdmin):
    league_path = ""
    list_display = ("name", "season", "visibility", "players", "capacity", "creator", "created_at", "archived_at")
    list_filter = ("season", "visibility", ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "code", "creator__username")
    date_hierarchy = "created_at"
    fields = (
        "name", "season", "code", "visibility", "capacity", "first_draft_start", "creator", "created_at", "archived_at",
        "pages", "waiting",
    )  # fmt: skip
    readonly_fields = ("pages", "waiting")
    inlines = (MembershipInline, SettingsInline)
    object_actions = {
        "change": ObjectAction(_("Change the league"), _league_form, _change),
        "settings": ObjectAction(_("Change the settings"), _settings_form, _change_settings),
        "first-draft": ObjectAction(_("Plan the first draft"), _first_draft_form, _plan_first_draft),
        "invite": ObjectAction(
            _("Invite someone"),
            _invitation_form,
            _invite,
            is_available=lambda league: league.archived_at is None,
        ),
        "continue": ObjectAction(
            _("Continue in the next season"),
            _continue_form,
            _continue,
            is_available=lambda league: reason_not_to_continue(league, clock.now()) is None,
        ),
        "delete": ObjectAction(
            _("Delete the league"),
            _empty_form,
            _delete,
            lines=lambda league: [gettext("Nobody has picked in it yet. The members are told. This cannot be undone.")],
            is_available=lambda league: not has_drafted(league),
        ),
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_players(super().get_queryset(request)).select_related("creator")

    @admin.display(description=_("players"), ordering="players")
    def players(self, league: Any) -> int:
        count: int = league.players  # annotated by with_players
        return count

    @admin.display(description=_("On the site"))
    def pages(self, league: Any) -> str:
        links = (
            (gettext("League"), reverse("pages:league_home", args=[league.pk])),
            (gettext("Members"), reverse("leagues:members", args=[league.pk])),
            (gettext("Rules"), reverse("leagues:settings", args=[league.pk])),
        )
        first, second, third = (format_html('<a href="{}">{}</a>', url, text) for text, url in links)
        return format_html("{} · {} · {}", first, second, third)

    @admin.display(description=_("Invitations"))
    def waiting(self, league: Any) -> str:
        count = league.invitations.filter(state=Invitation.State.PENDING).count()
        chosen = f"?league__id__exact={league.pk}&state__exact={Invitation.State.PENDING}"
        address = reverse("admin:leagues_invitation_changelist") + chosen
        text = ngettext("%(count)s pending invitation", "%(count)s pending invitations", count) % {"count": count}
        return format_html('<a href="{}">{}</a>', address, text)


def _remove_form(membership: Membership, data: Mapping[str, Any] | None) -> forms.BaseForm:
    return RemoveForm(data)


def _remove(membership: Membership, form: RemoveForm, by: User) -> str:
    assert membership.user is not None, "only offered for current members, who have an account"
    services.remove_member(league=membership.league, by=by, user=membership.user, now=clock.now(), **form.cleaned_data)
    return gettext("Removed from the league")


@admin.register(Membership)
class MembershipAdmin(LeagueScopedAdmin):
    list_display = ("league", "user", "role", "joined_at", "left_at")
    list_display_links = ("user",)
    list_filter = ("role", ("left_at", admin.EmptyFieldListFilter), "league", "league__season")
    search_fields = ("league__name", "user__username")
    list_select_related = ("league", "user")
    actions = ("make_co_manager", "make_member", "hand_over", "remove")
    object_actions = {
        "remove": ObjectAction(
            _("Remove from the league"),
            _remove_form,
            _remove,
            is_available=lambda membership: membership.left_at is None,
        )
    }

    @admin.action(description=_("Make co-manager"))
    def make_co_manager(self, request: HttpRequest, chosen: QuerySet[Model]) -> None:
        self._set_role(request, chosen, Membership.Role.CO_MANAGER, gettext("Is now a co-manager"))

    @admin.action(description=_("Make member"))
    def make_member(self, request: HttpRequest, chosen: QuerySet[Model]) -> None:
        self._set_role(request, chosen, Membership.Role.MEMBER, gettext("Is now a member"))

    @admin.action(description=_("Make manager"))
    def hand_over(self, request: HttpRequest, chosen: QuerySet[Model]) -> TemplateResponse | None:
        question = confirmation_page(
            self, request, chosen, action="hand_over", question=gettext("Make this member the manager of the league?")
        )
        if question is None:
            self._do(request, chosen, services.transfer_management, gettext("Now manages the league"), person="to")
        return question

    @admin.action(description=_("Remove from the league"))
    def remove(self, request: HttpRequest, chosen: QuerySet[Model]) -> TemplateResponse | None:
        question = confirmation_page(
            self, request, chosen, action="remove", question=gettext("Remove these members from the league?")
        )
        if question is None:
            self._do(request, chosen, services.remove_member, gettext("Removed from the league"), now=clock.now())
        return question

    def _set_role(self, request: HttpRequest, chosen: QuerySet[Model], role: Membership.Role, done: str) -> None:
        self._do(request, chosen, services.set_role, done, role=role)

    def _do(
        self,
        request: HttpRequest,
        chosen: QuerySet[Any],
        service: Callable[..., object],
        done: str,
        *,
        person: str = "user",
        **more: Any,
    ) -> None:
        def act(membership: Membership) -> None:
            service(league=membership.league, by=request.user, **{person: membership.user}, **more)

        apply_to_each(self, request, chosen.filter(left_at=None).select_related("league", "user"), act, done=done)


def _lift(ban: Ban, form: forms.Form, by: User) -> str:
    services.lift_ban(league=ban.league, by=by, user=ban.user, now=clock.now())
    return gettext("They can join again.")


@admin.register(Ban)
class BanAdmin(LeagueScopedAdmin):
    """Removed members who cannot join again. They are banned when they are removed, and allowed again here."""

    list_display = ("user", "league", "reason", "by", "created_at")
    list_display_links = ("user",)
    list_filter = ("league",)
    search_fields = ("league__name", "user__username", "reason")
    list_select_related = ("league", "user", "by")
    fields = ("league", "user", "reason", "by", "created_at")
    object_actions = {"lift": ObjectAction(_("Let them join again"), _empty_form, _lift)}


@admin.register(ActivityLogEntry)
class ActivityLogEntryAdmin(LeagueScopedAdmin):
    """Who changed what in a league, and when."""

    list_display = ("happened_at", "league", "sentence")
    list_filter = ("league", "league__season")
    search_fields = ("league__name", "by__username", "member__username")
    list_select_related = ("league", "by", "member")
    date_hierarchy = "happened_at"
    fields = ("league", "happened_at", "sentence", "more")
    readonly_fields = ("sentence", "more")

    @admin.display(description=_("entry"))
    def sentence(self, entry: Any) -> str:
        sentence: str = entry.sentence
        return sentence

    @admin.display(description=_("details"))
    def more(self, entry: Any) -> str:
        return "\n".join(entry.details)


@admin.register(SettingsVersion)
class SettingsVersionAdmin(LeagueScopedAdmin):
    list_display = ("league", "number", "method", "order_strategy", "scoring", "sprints", "created_at", "created_by")
    list_filter = ("method", "order_strategy", "scoring", "sprints", "league")
    search_fields = ("league__name",)
    list_select_related = ("league", "created_by")


def _cancel(invitation: Invitation, form: forms.Form, by: User) -> str:
    services.cancel_invitation(invitation=invitation, by=by, now=clock.now())
    return gettext("The invitation is cancelled.")


@admin.register(Invitation)
class InvitationAdmin(LeagueScopedAdmin):
    """Invitations to leagues. They are created on the page of a league and cancelled here."""

    list_display = ("whom", "league", "state", "invited_by", "created_at", "expires_at")
    list_filter = ("state", "league", "league__season")
    search_fields = ("league__name", "user__username", "email")
    list_select_related = ("league", "user", "invited_by")
    date_hierarchy = "created_at"
    # The token is not shown: only the invited person may have it.
    fields = ("league", "whom", "state", "invited_by", "created_at", "expires_at", "answered_at", "sent_at")
    readonly_fields = ("whom",)
    actions = ("cancel",)
    object_actions = {
        "cancel": ObjectAction(
            _("Cancel the invitation"),
            _empty_form,
            _cancel,
            lines=lambda invitation: [gettext("The link in the invitation stops working. Nobody is notified.")],
            is_available=lambda invitation: invitation.state == Invitation.State.PENDING,
        )
    }

    @admin.display(description=_("recipient"), ordering="user__username")
    def whom(self, invitation: Any) -> str:
        return str(invitation.user or invitation.email)

    @admin.action(description=_("Cancel"))
    def cancel(self, request: HttpRequest, chosen: QuerySet[Any]) -> TemplateResponse | None:
        question = confirmation_page(
            self, request, chosen, action="cancel", question=gettext("Cancel these invitations?")
        )
        if question is None:
            by, now = request.user, clock.now()
            assert isinstance(by, User), "the admin requires a signed-in user"

            def act(invitation: Invitation) -> None:
                services.cancel_invitation(invitation=invitation, by=by, now=now)

            done = pgettext("the state of an invitation", "Cancelled")
            apply_to_each(self, request, chosen.select_related("league", "user"), act, done=done)
        return question


class FailedWebhookFilter(OneChoiceFilter):
    title, parameter_name = _("health"), "health"
    choice = ("failed", _("Failing, or turned off because of failures"))

    @staticmethod
    def condition() -> Q:
        return FAILED_WEBHOOK


@admin.register(Webhook)
class WebhookAdmin(LeagueScopedAdmin):
    """Webhooks of leagues. Managers change them on the page of the league. Addresses and secrets are not shown."""

    list_display = ("name", "league", "service", "ending", "is_active", "failing_since", "created_by", "created_at")
    list_filter = (FailedWebhookFilter, "service", "is_active", "disabled_reason", "league", "league__season")
    search_fields = ("league__name", "name")
    list_select_related = ("league", "created_by")
    date_hierarchy = "created_at"
    fields = (
        "league", "service", "name", "ending", "chosen_events", "is_active", "disabled_at", "disabled_reason",
        "failed_deliveries", "failing_since", "created_by", "created_at",
    )  # fmt: skip
    readonly_fields = ("ending", "chosen_events")

    @admin.display(description=_("address"))
    def ending(self, webhook: Any) -> str:
        return f"…{webhook.url_ending}"

    @admin.display(description=_("events"))
    def chosen_events(self, webhook: Any) -> str:
        return ", ".join(webhook.event_labels)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(LeagueScopedAdmin):
    """What was sent to webhooks, and how it went."""

    league_path = "webhook__league"
    list_display = (
        "created_at",
        "webhook",
        "event",
        "state",
        "attempts",
        "response_status",
        "duration_ms",
        "error",
    )
    list_filter = ("state", "event", "webhook")
    search_fields = ("webhook__league__name", "webhook__name")
    list_select_related = ("webhook__league",)
    date_hierarchy = "created_at"
    fields = (
        "webhook", "event", "state", "created_at", "due_at", "give_up_at", "sent_at", "attempts", "response_status",
        "duration_ms", "error",
    )  # fmt: skip
    readonly_fields = ("error",)

    @admin.display(description=_("last error"), ordering="last_error")
    def error(self, delivery: Any) -> str:
        return str(delivery.shown_error)
