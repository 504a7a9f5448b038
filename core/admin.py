"""Shared admin code: permission mixins, and actions that ask for confirmation."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from .errors import Refused
from .forms import label_row


class ReadOnlyMixin:
    """For models that only services write: they can be viewed, but not added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SuperuserOnlyMixin:
    """For models that belong to no league: only superusers see them."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


class ViewableByManagersMixin:
    """For public data such as races and results: everyone in the admin may view it, superusers may change it."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class OneChoiceFilter(admin.SimpleListFilter):
    """A filter with one choice beside All, for rows that need attention. `condition` selects them."""

    choice: Any
    condition: Callable[[], Q]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [self.choice]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(self.condition()) if self.value() == self.choice[0] else queryset


class RowField(forms.BoundField):
    """A field in a row of a tabular inline, which shows the help in the heading of the column, not beside the field."""

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        self.help_text = ""


class InlineLabelsMixin(forms.BaseForm):
    """For the form of a row in a tabular inline."""

    bound_field_class = RowField
    instance: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label_row(self, str(self.instance) if self.instance.pk else gettext("New row"))


class ReadOnlyAdmin(SuperuserOnlyMixin, ReadOnlyMixin, admin.ModelAdmin[Model]):
    view_on_site = False


# Django's template, without its empty headings of columns.
TABULAR_INLINE = "admin/tabular_inline.html"


class ReadOnlyInline(ReadOnlyMixin, admin.TabularInline[Model, Model]):
    template = TABULAR_INLINE
    extra = 0
    show_change_link = True


def confirmation_page(
    model_admin: Any, request: HttpRequest, chosen: Iterable[Model], *, action: str, question: str
) -> TemplateResponse | None:
    """The page that asks to confirm an admin action. Returns None once confirmed."""
    if request.POST.get("confirmed"):
        return None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": question,
        "opts": model_admin.opts,
        "media": model_admin.media,
        "objects": list(chosen),
        "action": action,
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/confirmation.html", context)


def apply_to_each(
    model_admin: Any, request: HttpRequest, chosen: QuerySet[Any], act: Callable[[Any], None], *, done: str
) -> None:
    """Call a service for each selected object. A refusal is shown with its reason and does not stop the others.

    Every object for which it succeeded gets `done` as an entry in its admin history.
    """
    for selected in chosen:
        try:
            act(selected)
        except Refused as refused:
            model_admin.message_user(request, f"{selected}: {refused}", messages.ERROR)
        else:
            model_admin.log_change(request, selected, done)
            model_admin.message_user(request, f"{selected}: {done}", messages.SUCCESS)
