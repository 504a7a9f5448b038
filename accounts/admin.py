"""The administrators' door to the users."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.forms import ModelForm
from django.http import HttpRequest

from fantasyf1.kit import clock
from fantasyf1.kit.admin import AdministratorsOnly

from . import services
from .models import User


@admin.register(User)
class PlayerAdmin(AdministratorsOnly, UserAdmin[User]):
    list_display = ("username", "email", "time_zone", "date_joined", "last_login", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser", "date_joined")
    date_hierarchy = "date_joined"
    fieldsets = (*(UserAdmin.fieldsets or ()), ("Where", {"fields": ("time_zone",)}))

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data and not obj.is_active:
            services.shut_out(user=obj, now=clock.now())
