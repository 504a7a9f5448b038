"""What the admins of all apps share: who looks on only, who needs to be an administrator, and acts with a question."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from .errors import Refused


class ReadOnly:
    """For what only services write: to be looked at, never edited or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AdministratorsOnly:
    """For what belongs to no league and is nobody's business but the administrators'."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)


class OpenToManagers:
    """For what everybody may know, such as races and results: whoever is in the admin looks, administrators change."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


class ReadOnlyAdmin(AdministratorsOnly, ReadOnly, admin.ModelAdmin[Model]):
    view_on_site = False


class ReadOnlyInline(ReadOnly, admin.TabularInline[Model, Model]):
    extra = 0
    show_change_link = True


def asked_first(
    model_admin: Any, request: HttpRequest, chosen: Iterable[Model], *, action: str, question: str
) -> TemplateResponse | None:
    """The page that asks whether an action is meant; None once it has been answered with yes."""
    if request.POST.get("confirmed"):
        return None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": question,
        "opts": model_admin.opts,
        "media": model_admin.media,
        "chosen": list(chosen),
        "action": action,
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/asked_first.html", context)


def do_each(
    model_admin: Any, request: HttpRequest, chosen: QuerySet[Any], act: Callable[[Any], None], *, done: str
) -> None:
    """Do something to each row through a service; whoever is refused is named with the reason, the others are done.

    Every row that it was done to gets `done` as a line of its history.
    """
    for one in chosen:
        try:
            act(one)
        except Refused as refused:
            model_admin.message_user(request, f"{one}: {refused.sentence}", messages.ERROR)
        else:
            model_admin.log_change(request, one, done)
            model_admin.message_user(request, f"{one}: {done[0].lower()}{done[1:]}.", messages.SUCCESS)
