"""Views of sign-up, sign-in, re-authentication and password reset: allauth's, with our forms and templates."""

from http import HTTPStatus
from typing import Any

from allauth.account import views as allauth
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve, reverse_lazy
from django.utils.translation import gettext as _

from accounts.forms.auth import (
    ForgotPasswordForm,
    NewPasswordForm,
    ReauthenticateForm,
    RefusableForm,
    SignInForm,
    SignUpForm,
)
from accounts.views.mixins import NextUrlMixin, RefusalMixin

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
        is_sent = "sent" in self.request.GET
        return super().get_context_data(is_sent=is_sent, has_mail_server=settings.HAS_MAIL_SERVER, **context)


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
