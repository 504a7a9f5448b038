"""Forms for MFA codes: allauth's, with our fields. Used codes and attempts are counted in the database."""

from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts import services
from accounts.forms.auth import RefusableForm
from core import clock

CODE_ATTRS = {"autocomplete": "one-time-code", "inputmode": "numeric"}


def code_field(help_text: StrOrPromise = "") -> forms.CharField:
    return forms.CharField(
        label=_("Code from your authenticator app"),
        max_length=20,
        help_text=help_text,
        widget=forms.TextInput(attrs=CODE_ATTRS),
    )


class MfaCodeForm(RefusableForm, AuthenticateForm):
    code = code_field(_("If you do not have your phone, enter a recovery code."))

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        self.authenticator = services.verify_mfa_code(user=self.user, code=code, now=clock.now())
        self.authenticator.user = self.user
        return code


class ConfirmTotpForm(RefusableForm, ActivateTOTPForm):
    code = code_field()
