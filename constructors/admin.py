"""Admin of constructors: commissioners see those of their leagues, and name deputies."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from leagues.league_scoped_admin import LeagueScopedAdmin, ObjectAction

from . import services
from .forms import DeputyForm
from .models import Constructor


def _deputy_form(constructor: Constructor, data: Mapping[str, Any] | None) -> forms.BaseForm:
    return DeputyForm(data, constructor=constructor)


def _name_deputy(constructor: Constructor, form: DeputyForm, by: User) -> str:
    deputy = form.cleaned_data["deputy"]
    services.name_deputy(constructor=constructor, deputy=deputy, by=by, now=clock.now())
    return gettext("The deputy is saved.")


@admin.register(Constructor)
class ConstructorAdmin(LeagueScopedAdmin):
    list_display = ("name", "league", "owner", "is_bot", "deputy", "joined_at", "left_at")
    list_filter = ("is_bot", ("left_at", admin.EmptyFieldListFilter), "league", "league__season")
    search_fields = ("name", "owner__username", "league__name")
    list_select_related = ("league", "owner", "deputy")
    # Autodraft is omitted: it is private until the draft reveals it.
    fields = ("league", "owner", "name", "is_bot", "deputy", "joined_at", "left_at")
    object_actions = {
        "deputy": ObjectAction(
            _("Name a deputy"),
            _deputy_form,
            _name_deputy,
            is_available=lambda constructor: constructor.left_at is None and not constructor.is_bot,
        )
    }
