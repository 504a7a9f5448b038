"""The admin site: open to superusers and to league managers.

It decides who may enter and which admin URLs exist. What a manager sees inside is up to the model admins, which limit
it to their own leagues (`leagues.league_scoped_admin`).
"""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib import auth, messages
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.selectors import lacks_required_mfa
from core import clock
from fantasyf1.admin_dashboard import dashboard_of
from leagues.selectors import leagues_managed_by

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# The lists by what they are for, in order of how often they are opened.
GROUPS: dict[str, tuple["_StrPromise", tuple[str, ...]]] = {
    "leagues": (
        _("Leagues"),
        (
            "leagues.League",
            "leagues.SettingsVersion",
            "leagues.SkippedRace",
            "scoring.SeasonScore",
            "leagues.ActivityLogEntry",
        ),
    ),
    "drafts": (_("Drafts"), ("drafts.Draft", "drafts.Pick", "scoring.RaceScore", "scoring.PickScore")),
    "results": (
        _("Results"),
        (
            "races.Quarantine",
            "races.ResultCheck",
            "races.Classification",
            "races.Result",
            "scoring.ScoreChange",
            "scoring.ScoreSheet",
            "scoring.SheetLine",
        ),
    ),
    "championship": (
        _("Championship"),
        (
            "races.Race",
            "races.Entry",
            "races.Replacement",
            "races.Driver",
            "races.Team",
            "races.Circuit",
            "races.Season",
        ),
    ),
    "people": (
        _("People"),
        (
            "accounts.User",
            "leagues.Membership",
            "constructors.Constructor",
            "leagues.Invitation",
            "leagues.Ban",
            "accounts.AccountInvitation",
            "account.EmailAddress",
            "mfa.Authenticator",
        ),
    ),
    "messages": (
        _("Messages"),
        ("notifications.Delivery", "notifications.OutgoingEmail", "leagues.Webhook", "leagues.WebhookDelivery"),
    ),
}
# Everything else, such as the schedules of periodic tasks.
OTHERS = ("system", _("System"))


class CommissionerAdminSite(AdminSite):
    site_title = site_header = "Fantasy F1"
    index_title = _("Overview")
    site_url = "/"
    # The sidebar takes the space that tables need; the breadcrumbs lead back.
    enable_nav_sidebar = False
    empty_value_display = "–"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the user is a superuser, or a manager or co-manager of a league.

        Superusers need a second factor, unless ADMINISTRATORS_NEED_CODES is off.
        """
        user = request.user
        if not user.is_active or lacks_required_mfa(user):
            return False
        return user.is_superuser or leagues_managed_by(user).exists()

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Remove `view_on_site`, which redirects to the page of any object without checking permissions."""
        urls: list[Any] = super().get_urls()
        own = [path("flower-access/", self.flower_access, name="flower_access")]
        return [*own, *(url for url in urls if getattr(url, "name", None) != "view_on_site")]

    def flower_access(self, request: HttpRequest) -> HttpResponse:
        """Whether the user may use Flower: the proxy asks before each request to it (deploy/Caddyfile)."""
        if self.has_permission(request) and request.user.is_superuser:
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        if request.user.is_authenticated and not request.user.is_superuser:
            raise PermissionDenied("Only administrators can use Flower.")
        return redirect_to_login("/flower/", reverse("admin:login"))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Group the lists by what they are for. The page of one app has the lists of that app."""
        app_list = super().get_app_list(request, app_label)
        if app_label is not None:
            return app_list
        lists = {list_["model"]._meta.label: list_ for app in app_list for list_ in app["models"]}
        grouped = [
            {"app_label": key, "name": name, "models": [lists.pop(label) for label in labels if label in lists]}
            for key, (name, labels) in GROUPS.items()
        ]
        key, name = OTHERS
        grouped.append({"app_label": key, "name": name, "models": list(lists.values())})
        return [group for group in grouped if group["models"]]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        assert isinstance(request.user, User), "only managers and administrators have access"
        dashboard = dashboard_of(request.user, clock.now())
        return super().index(request, {"dashboard": dashboard, **(extra_context or {})})

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirect to the site's sign-in page, which has the rate limits and the second factor."""
        if self.has_permission(request):
            return redirect(self._next_url(request))
        if request.user.is_authenticated and lacks_required_mfa(request.user):
            messages.warning(
                request, gettext("Administrators need two-factor authentication. Set it up to open the admin.")
            )
            return redirect("mfa_activate_totp")
        if request.user.is_authenticated:
            raise PermissionDenied("Only administrators and managers of a league can use the admin.")
        return redirect_to_login(self._next_url(request), reverse("accounts:sign_in"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]  # also a redirect
        if request.method == "POST":
            auth.logout(request)
        return redirect("home")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]  # also a redirect
        return redirect("accounts:profile")

    def _next_url(self, request: HttpRequest) -> str:
        url = request.GET.get(auth.REDIRECT_FIELD_NAME, "")
        is_safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
        return url if is_safe else reverse("admin:index", current_app=self.name)
