"""Views of multi-factor authentication (MFA): allauth's, with our forms and templates."""

from typing import Any

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from accounts.forms.auth import RefusableForm
from accounts.forms.mfa import ConfirmTotpForm, MfaCodeForm
from accounts.views.mixins import RefusalMixin, refused_response


class EnterMfaCodeView(base.AuthenticateView):
    """The second step of signing in, for users with MFA."""

    template_name = "accounts/mfa_enter_code.html"
    form_class = MfaCodeForm

    def _build_forms(self) -> MfaCodeForm | None:
        """Build the code form only: WebAuthn is not offered."""
        self.webauthn_form = None
        is_post = self.request.method == "POST"
        self.auth_form = MfaCodeForm(user=self.stage.login.user, data=self.request.POST if is_post else None)
        return self.auth_form if is_post else None

    def form_invalid(self, form: MfaCodeForm) -> HttpResponse:
        return refused_response(super().form_invalid(form), form)


class MfaView(base.IndexView):
    """Show whether MFA is on, with links to change it."""

    template_name = "accounts/mfa.html"


class SetUpTotpView(RefusalMixin, totp.ActivateTOTPView):
    template_name = "accounts/mfa_set_up.html"
    form_class = ConfirmTotpForm

    def form_valid(self, form: RefusableForm) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, _("Two-factor authentication is on. Keep these recovery codes somewhere safe."))
        return response


class TurnOffTotpView(totp.DeactivateTOTPView):
    template_name = "accounts/mfa_turn_off.html"

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("Two-factor authentication is off."))
        response: HttpResponse = super().form_valid(form)
        return response


class RecoveryCodesView(recovery.ViewRecoveryCodesView):
    template_name = "accounts/recovery_codes.html"


class NewRecoveryCodesView(recovery.GenerateRecoveryCodesView):
    template_name = "accounts/new_recovery_codes.html"
    success_url = reverse_lazy("mfa_view_recovery_codes")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("These are your new recovery codes. Your old codes no longer work."))
        response: HttpResponse = super().form_valid(form)
        return response
