"""The admin's door: it opens to administrators, and to whoever manages a league, who finds the own leagues there.

What a commissioner sees inside is for the admins of the models to say (`leagues.scoped_admin`); this is only who may
come in, and which of the admin's addresses exist.
"""

from typing import Any

from django.contrib import auth, messages
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.selectors import lacks_second_factor
from leagues.selectors import leagues_managed_by

APPS = ("leagues", "drafts", "constructors", "scoring", "races", "accounts", "account", "mfa")


class CommissionersSite(AdminSite):
    site_title = site_header = "Fantasy F1"
    index_title = "What you look after"
    site_url = "/"
    # A second list of everything beside each page takes the room that tables need; the way back is at their top.
    enable_nav_sidebar = False
    empty_value_display = "–"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the person may come in: an administrator, or a manager or co-manager of some league.

        An administrator comes in by a second factor, unless ADMINISTRATORS_NEED_CODES says otherwise.
        """
        user = request.user
        if not user.is_active or lacks_second_factor(user):
            return False
        return user.is_superuser or leagues_managed_by(user).exists()

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Without the address that leads from any row of any table to its page: it asks nobody for permission."""
        urls: list[Any] = super().get_urls()
        return [url for url in urls if getattr(url, "name", None) != "view_on_site"]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """What a commissioner comes for first, the rest by name."""
        found = super().get_app_list(request, app_label)
        return sorted(found, key=lambda app: APPS.index(app["app_label"]) if app["app_label"] in APPS else len(APPS))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """People sign in on the site's own page, where all of its guards are."""
        if self.has_permission(request):
            return redirect(self._wanted(request))
        if request.user.is_authenticated and lacks_second_factor(request.user):
            messages.warning(request, "Administrators sign in with a code: set that up, then the administration opens.")
            return redirect("mfa_activate_totp")
        if request.user.is_authenticated:
            raise PermissionDenied("The administration is for those who manage a league.")
        return redirect_to_login(self._wanted(request), reverse("accounts:sign_in"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]  # also a redirect
        if request.method == "POST":
            auth.logout(request)
        return redirect("home")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]  # also a redirect
        return redirect("accounts:profile")

    def _wanted(self, request: HttpRequest) -> str:
        wanted = request.GET.get(auth.REDIRECT_FIELD_NAME, "")
        is_here = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
        return wanted if is_here else reverse("admin:index", current_app=self.name)
