"""Row-level permissions of the admin: commissioners see and change only the rows of leagues they manage.

Django's admin exposes rows in more places than its lists: choices of foreign keys and filters, autocomplete, query
string lookups, forged POST data. `LeagueScopedAdmin` and `LeagueScopedInline` restrict all of them for every model that
belongs to a league. The system check below rejects an admin that does not use them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.apps import AppConfig
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.admin.utils import get_fields_from_path, unquote
from django.core.checks import CheckMessage, Error, register
from django.db.models import ForeignKey, ManyToManyField, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from accounts.models import User
from core.admin import TABULAR_INLINE, SuperuserOnlyMixin, ViewableByManagersMixin
from core.errors import Refused
from core.web.forms import add_refusal

from .models import League
from .selectors import leagues_managed_by

# Lookup suffixes allowed on list filters and the date hierarchy; anything longer follows a relation to another table.
ALLOWED_LOOKUP_SUFFIX = re.compile(r"(__(id|pk))?(__(exact|isnull|isempty|in|gte|gt|lte|lt|year|month|day))?")

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    AnyAdmin = admin.ModelAdmin[Model]
else:
    AnyAdmin = object


class ScopedRelatedFilter(RelatedFieldListFilter):
    """A related-field filter that offers only the rows the user may view."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        return [(row.pk, str(row)) for row in visible_queryset(model_admin.admin_site, field.related_model, request)]


def _lookup_of(list_filter: Any) -> Any:
    """Return the name that a list filter has in the query string; for that of a field, it is the lookup."""
    if isinstance(list_filter, tuple):
        return list_filter[0]
    return getattr(list_filter, "parameter_name", list_filter)


def visible_queryset(site: admin.AdminSite, model: type[Model], request: HttpRequest) -> QuerySet[Any]:
    """Return the rows of a model that the user may view in the admin; none if its admin is closed to the user."""
    model_admin = site._registry.get(model)
    if model_admin is None or not model_admin.has_view_permission(request):
        return model._default_manager.none()
    return model_admin.get_queryset(request)


class LeagueScopedMixin(AnyAdmin):
    """Shared by admins and inlines. `league_path` is the lookup from a row to its league, "" for League itself."""

    league_path = "league"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(**{f"{self.league_path or 'pk'}__in": leagues_managed_by(request.user)})

    def is_in_managed_league(self, request: HttpRequest, obj: Model | None) -> bool:
        """Return whether the row belongs to a league that the user manages."""
        if obj is None or request.user.is_superuser:
            return True
        league = league_of(obj, self.league_path)
        return league is not None and leagues_managed_by(request.user).filter(pk=league.pk).exists()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_in_managed_league(request, obj)

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Limit the choices, and thus what forged POST data can name, to rows the user may view."""
        kwargs["queryset"] = visible_queryset(self.admin_site, db_field.remote_field.model, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = visible_queryset(self.admin_site, db_field.remote_field.model, request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@dataclass(frozen=True)
class ObjectAction:
    """An action on one object, with a confirmation page of its own. It calls a service.

    `form(row, data)` builds the form of the page; `do(row, form, user)` calls the service and returns the log message.
    `lines(row)` are warnings shown before, such as the picks that would be undone.
    """

    label: "str | _StrPromise"
    form: Callable[[Any, Mapping[str, Any] | None], forms.BaseForm]
    do: Callable[..., str]
    lines: Callable[[Any], Sequence[str]] = lambda _: ()
    is_available: Callable[[Any], bool] = lambda _: True


class LeagueScopedAdmin(LeagueScopedMixin, admin.ModelAdmin[Model]):
    """Admin of a model whose rows belong to leagues: read-only except for its `object_actions`."""

    view_on_site = False
    change_form_template = "admin/scoped_change_form.html"
    object_actions: ClassVar[Mapping[str, ObjectAction]] = {}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # History of a league is never deleted: it is archived, left or undone.

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [self._scoped_filter(list_filter) for list_filter in super().get_list_filter(request)]

    def _scoped_filter(self, list_filter: Any) -> Any:
        if isinstance(list_filter, str) and get_fields_from_path(self.model, list_filter)[-1].is_relation:
            return (list_filter, ScopedRelatedFilter)
        return list_filter

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow only lookups of the list's own filters: one along another relation would leak hidden rows, letter by
        letter."""
        if request.user.is_superuser:
            return super().lookup_allowed(lookup, value, request)
        filters = [_lookup_of(list_filter) for list_filter in self.list_filter]
        names = [str(name) for name in (*filters, self.date_hierarchy) if name]
        return any(lookup.startswith(name) and ALLOWED_LOOKUP_SUFFIX.fullmatch(lookup[len(name) :]) for name in names)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404("There is no such thing here.")

    # -- object actions ------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        act = path("<path:object_id>/do/<slug:act>/", self.admin_site.admin_view(self.object_action_view), name=name)
        return [act, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        offered = [
            (name, act.label) for name, act in self.object_actions.items() if row is not None and act.is_available(row)
        ]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "object_actions": offered})

    def object_action_view(self, request: HttpRequest, object_id: str, act: str) -> HttpResponse:
        """Show the confirmation form, then perform the action. A refusal is shown on the page; the input is kept."""
        row, wanted = self.get_object(request, unquote(object_id)), self.object_actions.get(act)
        if row is None or wanted is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = wanted.form(row, request.POST if request.method == "POST" else None)
        if form.is_valid() and self._perform(request, row, wanted, form):
            return self._redirect_after_action(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": wanted.label,
            "subtitle": str(row),
            "opts": self.opts,
            "original": row,
            "form": form,
            "lines": wanted.lines(row),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/object_action.html", context, status=422 if form.errors else 200)

    def _redirect_after_action(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Redirect to the object, or to the list if the action has deleted it."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        row = self.get_object(request, unquote(object_id))
        return redirect(f"{name}_changelist") if row is None else redirect(f"{name}_change", row.pk)

    def _perform(self, request: HttpRequest, row: Any, act: ObjectAction, form: Any) -> bool:
        assert isinstance(request.user, User), "the admin requires a signed-in user"
        try:
            message = act.do(row, form, request.user)
        except Refused as refused:
            add_refusal(form, refused)
            return False
        self.log_change(request, row, message)
        messages.success(request, message)
        return True


class LeagueScopedInline(LeagueScopedMixin, admin.TabularInline[Model, Model]):
    """Read-only inline of rows that belong to a league."""

    template = TABULAR_INLINE
    extra = 0
    can_delete = False
    show_change_link = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # `obj` is the parent row, whose permission has already been checked.

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def league_of(obj: Any, path: str) -> League | None:
    """Follow a lookup such as `draft__league` from a row to its league; None if it leads nowhere."""
    for step in path.split("__") if path else ():
        obj = getattr(obj, step, None)
    return obj if isinstance(obj, League) else None


@register
def check_admins_are_scoped(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """System check: every admin of the project is league-scoped, open to managers, or for administrators only."""
    return [
        problem
        for model, model_admin in admin.site._registry.items()
        if _is_of_the_project(model._meta.app_config)
        for problem in _problems(model_admin)
    ]


def _is_of_the_project(app_config: AppConfig) -> bool:
    return Path(app_config.path).parent == settings.BASE_DIR


def _problems(model_admin: Any) -> list[CheckMessage]:
    if not isinstance(model_admin, (LeagueScopedAdmin, ViewableByManagersMixin, SuperuserOnlyMixin)):
        return [
            Error(
                f"{type(model_admin).__name__} is not scoped to leagues.",
                hint="Use LeagueScopedAdmin.",
                id="leagues.E001",
            )
        ]
    if not isinstance(model_admin, LeagueScopedAdmin):
        return []
    problems = [
        Error(f"{inline.__name__} is not scoped to leagues.", hint="Use LeagueScopedInline.", id="leagues.E002")
        for inline in model_admin.inlines
        if not issubclass(inline, LeagueScopedInline)
    ]
    if model_admin.raw_id_fields:
        problems.append(
            Error(
                f"{type(model_admin).__name__} must not use raw_id_fields: they reveal rows of other leagues.",
                id="leagues.E003",
            )
        )
    return [*problems]
