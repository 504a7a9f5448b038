"""What the admins of all apps share."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest


class ReadOnly:
    """For what only services write: to be looked at, never edited or deleted by hand."""

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin[Model]):
    pass


class ReadOnlyInline(ReadOnly, admin.TabularInline[Model, Model]):
    extra = 0
    show_change_link = True
