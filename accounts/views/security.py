"""Views of the security page: the password, and the browsers and apps in which the user is signed in."""

from typing import Any, cast
from uuid import UUID

from allauth.account import views as allauth
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import services
from accounts.forms.auth import ChangePasswordForm, RefusableForm
from accounts.http import SignedInRequest
from accounts.models import User
from accounts.selectors import app_sign_ins_of, browser_sessions_of, has_mfa
from accounts.views.mixins import RefusalMixin
from core import clock


class SecurityView(RefusalMixin, allauth.PasswordChangeView):
    """Change the password, and list the sessions and app sign-ins."""

    template_name = "accounts/security.html"
    form_class = ChangePasswordForm

    def form_valid(self, form: RefusableForm) -> HttpResponse:
        response = super().form_valid(form)
        if not form.refusal:
            messages.success(self.request, _("Your password is changed. You are signed out everywhere else."))
        return response

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        user = cast("User", self.request.user)
        return super().get_context_data(
            browsers=browser_sessions_of(user),
            apps=app_sign_ins_of(user, clock.now()),
            current=self.request.session.session_key,
            has_mfa=has_mfa(user),
            **context,
        )


@login_required
@require_POST
def end_browser(request: SignedInRequest, pk: int) -> HttpResponse:
    return _redirect_to_security(request, services.end_browser_session(user=request.user, pk=pk))


@login_required
@require_POST
def end_app(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return _redirect_to_security(request, services.revoke_app(user=request.user, pk=str(pk), now=clock.now()))


@login_required
@require_POST
def sign_out_everywhere(request: SignedInRequest) -> HttpResponse:
    """End all sessions and app sign-ins but this session."""
    services.log_out_everywhere(user=request.user, now=clock.now())
    _keep_session(request)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("accounts:security")


def _redirect_to_security(request: HttpRequest, has_ended: bool) -> HttpResponse:
    if not has_ended:
        raise Http404
    messages.success(request, _("That device is signed out."))
    return redirect("accounts:security")


def _keep_session(request: SignedInRequest) -> None:
    """Keep this browser signed in, under a new session key, after all sessions were ended."""
    update_session_auth_hash(request, request.user)
    key, device = request.session.session_key or "", request.headers.get("User-Agent", "")
    services.record_browser_session(user=request.user, session_key=key, device=device, now=clock.now())
