"""The guards of the commissioners' admin: whoever is not an administrator sees and touches the own leagues alone.

Django's admin shows other people's rows in more places than its lists: in the choices of foreign keys and filters, in
autocomplete, in lookups of the query string, in forged posts. Each of them is closed here, once, for every model that
belongs to a league (`LeagueScopedAdmin`, `LeagueScopedInline`); the system check below refuses an admin without them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
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
from fantasyf1.kit.admin import AdministratorsOnly, OpenToManagers
from fantasyf1.kit.errors import Refused
from fantasyf1.kit.web import add_refusal, site_of

from .models import League
from .selectors import leagues_managed_by

OUR_APPS = ("accounts", "races", "leagues", "constructors", "drafts", "scoring")
# How the filters and the dates of a list may be asked for; anything longer follows a relation to other tables.
LOOKUP_ENDS = re.compile(r"(__(id|pk))?(__(exact|isnull|isempty|in|gte|gt|lte|lt|year|month|day))?")

if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Model]
else:
    AnyAdmin = object


class ScopedChoices(RelatedFieldListFilter):
    """A filter by a relation that offers what the person may see of it, and nothing else."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        return [(one.pk, str(one)) for one in visible_rows(model_admin.admin_site, field.related_model, request)]


def visible_rows(site: admin.AdminSite, model: type[Model], request: HttpRequest) -> QuerySet[Any]:
    """The rows of a table that the person may see in the admin: none of one that is not open to him."""
    other = site._registry.get(model)
    if other is None or not other.has_view_permission(request):
        return model._default_manager.none()
    return other.get_queryset(request)


class Scoped(AnyAdmin):
    """The part that lists and inlines share. `league_path` is the way from a row to its league, "" for the league."""

    league_path = "league"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(**{f"{self.league_path or 'pk'}__in": leagues_managed_by(request.user)})

    def is_own(self, request: HttpRequest, obj: Model | None) -> bool:
        """Whether the row is of a league that the person runs."""
        if obj is None or request.user.is_superuser:
            return True
        league = league_of(obj, self.league_path)
        return league is not None and leagues_managed_by(request.user).filter(pk=league.pk).exists()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.is_own(request, obj)

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any], request: HttpRequest, **kwargs: Any) -> Any:
        """The choices are what the person may see, and so is what a forged post may name."""
        kwargs["queryset"] = visible_rows(self.admin_site, db_field.remote_field.model, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = visible_rows(self.admin_site, db_field.remote_field.model, request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@dataclass(frozen=True)
class Act:
    """Something that can be done to a row, on a page of its own that asks before: through a service, never by hand.

    `form` makes the page's form of the row and what was posted; `do` calls the service and returns the sentence for the
    row's history. `lines` are what one should know before, such as the picks that would fall. Where it `writes_mail`,
    `do` is told the `site` that links in it lead to.
    """

    label: str
    form: Callable[[Any, Mapping[str, Any] | None], forms.BaseForm]
    do: Callable[..., str]
    lines: Callable[[Any], Sequence[str]] = lambda _: ()
    is_offered: Callable[[Any], bool] = lambda _: True
    writes_mail: bool = False


class LeagueScopedAdmin(Scoped, admin.ModelAdmin[Model]):
    """The admin of a table whose rows belong to leagues: they are looked at, and changed by its acts alone."""

    view_on_site = False
    change_form_template = "admin/scoped_change_form.html"
    acts: ClassVar[Mapping[str, Act]] = {}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # What happened in a league stays: it is archived, left or undone.

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [self._scoped_filter(one) for one in super().get_list_filter(request)]

    def _scoped_filter(self, one: Any) -> Any:
        if isinstance(one, str) and get_fields_from_path(self.model, one)[-1].is_relation:
            return (one, ScopedChoices)
        return one

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the filters of the list ask for: a lookup along other relations tells of rows that are not shown,
        letter by letter."""
        if request.user.is_superuser:
            return super().lookup_allowed(lookup, value, request)
        filters: list[Any] = [one[0] if isinstance(one, tuple) else one for one in self.list_filter]
        names = [str(name) for name in (*filters, self.date_hierarchy) if name]
        return any(lookup.startswith(name) and LOOKUP_ENDS.fullmatch(lookup[len(name) :]) for name in names)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404("There is no such thing here.")

    # -- acts ----------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        act = path("<path:object_id>/do/<slug:act>/", self.admin_site.admin_view(self.act_view), name=name)
        return [act, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        offered = [(name, act.label) for name, act in self.acts.items() if row is not None and act.is_offered(row)]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "acts": offered})

    def act_view(self, request: HttpRequest, object_id: str, act: str) -> HttpResponse:
        """Ask, and then do it. A refusal is a sentence on the page, and what was typed is still there."""
        row, wanted = self.get_object(request, unquote(object_id)), self.acts.get(act)
        if row is None or wanted is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        form = wanted.form(row, request.POST if request.method == "POST" else None)
        if form.is_valid() and self._is_done(request, row, wanted, form):
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", row.pk)
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
        return TemplateResponse(request, "admin/act.html", context, status=422 if form.errors else 200)

    def _is_done(self, request: HttpRequest, row: Any, act: Act, form: Any) -> bool:
        assert isinstance(request.user, User), "nobody else comes in"
        try:
            more = {"site": site_of(request)} if act.writes_mail else {}
            done = act.do(row, form, request.user, **more)
        except Refused as refused:
            add_refusal(form, refused)
            return False
        self.log_change(request, row, done)
        messages.success(request, done)
        return True


class LeagueScopedInline(Scoped, admin.TabularInline[Model, Model]):
    """Rows of a league below another's page, to be looked at."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # It stands on the page of a row that has been checked, and `obj` is that row.

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def league_of(obj: Any, path: str) -> League | None:
    """Follow a path such as `draft__league` from a row to its league; None where it leads nowhere."""
    for step in path.split("__") if path else ():
        obj = getattr(obj, step, None)
    return obj if isinstance(obj, League) else None


@register
def every_admin_is_guarded(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Refuse an admin of ours that is neither scoped to leagues, nor open to all, nor for administrators alone."""
    return [
        problem
        for model, one in admin.site._registry.items()
        if model._meta.app_label in OUR_APPS
        for problem in _problems(one)
    ]


def _problems(one: Any) -> list[CheckMessage]:
    if not isinstance(one, (LeagueScopedAdmin, OpenToManagers, AdministratorsOnly)):
        return [Error(f"{type(one).__name__} guards no league.", hint="Use LeagueScopedAdmin.", id="leagues.E001")]
    if not isinstance(one, LeagueScopedAdmin):
        return []
    problems = [
        Error(f"{inline.__name__} guards no league.", hint="Use LeagueScopedInline.", id="leagues.E002")
        for inline in one.inlines
        if not issubclass(inline, LeagueScopedInline)
    ]
    if one.raw_id_fields:
        problems.append(Error(f"{type(one).__name__} tells rows by raw ids.", id="leagues.E003"))
    return [*problems]
