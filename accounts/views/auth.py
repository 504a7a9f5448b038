"""Views of sign-up, sign-in, passwords, e-mail addresses, sessions and account deletion, most of them allauth's."""

from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from allauth.account import views as allauth
from allauth.account.models import EmailConfirmationHMAC
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import services
from accounts.forms.auth import (
    ChangeEmailForm,
    ChangePasswordForm,
    ForgotPasswordForm,
    NewPasswordForm,
    ReauthenticateForm,
    RefusableForm,
    SignInForm,
    SignUpForm,
)
from accounts.forms.profile import AboutMeForm, DeleteAccountForm
from accounts.http import SignedInRequest
from accounts.models import User
from accounts.selectors import app_sign_ins_of, browser_sessions_of, data_of, has_mfa
from accounts.services import rate_limits
from accounts.views.mixins import NextUrlMixin, RefusalMixin
from core import clock
from core.errors import RateLimited, Refused
from core.web.requests import add_refusal, client_address

# -- sign-up, sign-in, sign-out ----------------------------------------------------------------------------------------


class SignUpView(NextUrlMixin, RefusalMixin, allauth.SignupView):
    """Create an account, sign in and redirect to `next`."""

    template_name = "accounts/sign_up.html"
    form_class = SignUpForm

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "invitation": self._invitation()}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(registration=settings.REGISTRATION, **context)

    def _invitation(self) -> str:
        """The invitation code: from the query string, or from the league invitation URL in `next`."""
        if code := self.request.GET.get("invitation", ""):
            return code
        try:
            match = resolve((get_next_redirect_url(self.request) or "").partition("?")[0])
        except Resolver404:
            return ""
        return next((str(value) for value in match.kwargs.values()), "")


class SignInView(NextUrlMixin, RefusalMixin, allauth.LoginView):
    template_name = "accounts/sign_in.html"
    form_class = SignInForm


class SignOutView(allauth.LogoutView):
    """Sign out, also from a sign-in that waits for its MFA code."""

    http_method_names = ["post"]

    def logout(self) -> None:
        was_signed_in = self.request.user.is_authenticated
        super().logout()
        if was_signed_in:
            messages.success(self.request, _("You are signed out."))


class ReauthenticateView(NextUrlMixin, RefusalMixin, allauth.ReauthenticateView):
    """Ask for the password again before sensitive actions (re-authentication)."""

    template_name = "accounts/reauthenticate.html"
    form_class = ReauthenticateForm


# -- password reset ----------------------------------------------------------------------------------------------------


class ForgotPasswordView(RefusalMixin, allauth.PasswordResetView):
    """Request a password reset link. The response is the same whether an account has the address or not."""

    template_name = "accounts/forgot_password.html"
    form_class = ForgotPasswordForm

    def get_success_url(self) -> str:
        return f"{self.request.path}?sent"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(is_sent="sent" in self.request.GET, **context)


class ResetPasswordView(RefusalMixin, allauth.PasswordResetFromKeyView):
    """Set a new password from the link in the e-mail."""

    template_name = "accounts/reset_password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("accounts:sign_in")

    def form_valid(self, form: RefusableForm) -> HttpResponse:
        response = super().form_valid(form)
        if not form.refusal:
            messages.success(self.request, _("Your new password is set. Sign in with it."))
        return response

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code == HTTPStatus.OK and self.reset_user is None:
            response.status_code = HTTPStatus.NOT_FOUND
        return response


# -- e-mail address ----------------------------------------------------------------------------------------------------


class ConfirmEmailView(allauth.ConfirmEmailView):
    """Confirm an address from the link in the e-mail. It takes a click on a button: mail scanners follow links."""

    template_name = "accounts/confirm_email.html"

    def get_object(self, queryset: Any = None) -> EmailConfirmationHMAC:
        confirmation: EmailConfirmationHMAC = super().get_object(queryset)  # type: ignore[no-untyped-call]
        if not confirmation.email_address.user.is_active:
            raise Http404
        return confirmation

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response: HttpResponse = super().post(*args, **kwargs)
        except Http404:
            self.object = None
            return self._refused()
        return response

    def respond(self, success: bool) -> HttpResponse:
        if not success:
            return self._refused()
        messages.success(self.request, _("Your e-mail address is confirmed."))
        response: HttpResponse = super().respond(success)  # type: ignore[no-untyped-call]
        return response

    def logout_other_user(self, confirmation: EmailConfirmationHMAC) -> None:
        """Do nothing: the link confirms its own user's address, and another signed-in user stays signed in."""

    def _refused(self) -> HttpResponse:
        context = self.get_context_data()
        return self.render_to_response(context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


class ChangeEmailView(RefusalMixin, allauth.EmailView):
    """Show the user's e-mail address; change it, resend the confirmation, or cancel the pending one."""

    template_name = "accounts/email.html"
    form_class = ChangeEmailForm
    success_url = reverse_lazy("accounts:change_email")

    def form_valid(self, form: RefusableForm) -> HttpResponse:
        response = super().form_valid(form)
        if not form.refusal:
            messages.success(self.request, _("Your address is saved. If it needs confirming, an e-mail is on its way."))
        return response

    def _action_send(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        try:
            rate_limits.consume(
                rate_limits.email_limits(request.POST.get("email", ""), client_address(request)), now=clock.now()
            )
        except RateLimited as refusal:
            messages.error(request, refusal.sentence)
            return None
        sent: HttpResponse | None = super()._action_send(request, *args, **kwargs)
        if self._did_send_verification_email:
            messages.success(request, _("We sent the e-mail again."))
        return sent


# -- password, sessions and the account --------------------------------------------------------------------------------


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


@sensitive_post_parameters("password")
@never_cache
@login_required
def delete_account(request: SignedInRequest) -> HttpResponse:
    """Delete the user's own account."""
    form = DeleteAccountForm(request.POST or None)
    if form.is_valid():
        try:
            services.delete_account(user=request.user, **form.cleaned_data, now=clock.now())
        except Refused as refusal:
            add_refusal(form, refusal)
        else:
            logout(request)
            messages.success(request, _("Your account is deleted. Thank you for playing."))
            return redirect("home")
    return render(request, "accounts/delete_account.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@login_required
@require_safe
def own_data(request: SignedInRequest) -> HttpResponse:
    """Download the user's data as a JSON file."""
    response = JsonResponse(data_of(request.user), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response.headers["Content-Disposition"] = 'attachment; filename="fantasy-f1.json"'
    return response


@login_required
@require_POST
def about_me(request: SignedInRequest) -> HttpResponse:
    """Save the bio and the discoverability settings."""
    form = AboutMeForm(request.POST)
    if form.is_valid():
        services.change_profile(user=request.user, **form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
    else:
        messages.error(request, _("“About me” can be at most 280 characters long."))
    return redirect("accounts:profile")


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
