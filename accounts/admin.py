"""The administrators' door to the users."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from .models import User


@admin.register(User)
class PlayerAdmin(UserAdmin[User]):
    list_display = ("username", "email", "time_zone", "date_joined", "last_login", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser", "date_joined")
    date_hierarchy = "date_joined"
    fieldsets = (*(UserAdmin.fieldsets or ()), ("Where", {"fields": ("time_zone",)}))
