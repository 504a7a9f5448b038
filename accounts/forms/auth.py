"""Forms for sign-up, sign-in, passwords and e-mail addresses: allauth's, with our fields and rate limits.

The API fills in the same forms as the pages (`accounts.api.auth_flows`).
"""

from copy import deepcopy
from typing import Any, TypeVar

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.account.fields import EmailField, PasswordField, SetPasswordField
from allauth.account.models import EmailAddress
from allauth.core import context
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts import services
from accounts.models import User, validate_time_zone
from accounts.selectors import can_confirm_email
from accounts.services import rate_limits
from accounts.time_zones import zone_choices
from core import clock
from core.errors import Invalid, Refused
from core.services.rate_limits import consume
from core.transactions import atomic
from core.web.forms import add_refusal
from core.web.requests import client_address

PASSWORD_HELP = _("At least 8 characters, not only digits. Avoid common passwords and passwords similar to your name.")
# The column's length.
MAX_EMAIL_LENGTH = 254

Field = TypeVar("Field", bound=forms.Field)


def without_placeholder(field: Field) -> Field:
    """Remove the placeholder, which repeats the label."""
    field.widget.attrs.pop("placeholder", None)
    return field


def password_field(label: StrOrPromise, autocomplete: str = "current-password") -> PasswordField:
    return without_placeholder(PasswordField(label=label, autocomplete=autocomplete))


def new_password_field(label: StrOrPromise) -> SetPasswordField:
    return without_placeholder(SetPasswordField(label=label, help_text=PASSWORD_HELP))


def email_field(help_text: StrOrPromise = "") -> EmailField:
    return without_placeholder(EmailField(label=_("E-mail address"), max_length=MAX_EMAIL_LENGTH, help_text=help_text))


class RefusableForm(forms.Form):
    """A form whose validation may raise `Refused`; `refusal` holds the last one."""

    refusal: Refused | None = None

    def full_clean(self) -> None:
        try:
            super().full_clean()
        except Refused as refusal:
            self.refuse(refusal)

    def refuse(self, refusal: Refused) -> None:
        self.refusal = refusal
        add_refusal(self, refusal)

    def consume_email_limits(self, email: str) -> None:
        """Raise `RateLimited` after too many e-mails to this address, or requested from this client."""
        request = context.request
        device = services.known_device(request.COOKIES, email)
        consume(rate_limits.email_limits(email, client_address(request), device), now=clock.now())


class DeclaredFieldsForm(RefusableForm):
    """For allauth forms that create fields in `__init__`: replaces them with the fields declared on the class."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = deepcopy(self.base_fields)
        self.order_fields(self.field_order)


class SignUpForm(DeclaredFieldsForm, account_forms.SignupForm):
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("Other players in your leagues see this name."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    email = email_field(_("Nobody else can see it."))
    password1 = password_field(_("Password"), "new-password")
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        initial="UTC",
        validators=[validate_time_zone],
        help_text=_("Deadlines are shown in this time zone."),
        # The script chooses the browser's own zone; a form that comes back keeps what was chosen.
        widget=forms.Select(attrs={"data-zone-choice": True}),
    )
    invitation = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HELP
        if not can_confirm_email():
            self.fields["email"].help_text = _("Nobody else can see it. You sign in with your user name.")
        zones = self.fields["time_zone"].widget
        zones.choices = zone_choices()
        zones.attrs.pop("maxlength", None)  # which Django adds to the widget of a CharField, but a select may not have
        if self.is_bound:
            del zones.attrs["data-zone-choice"]

    def clean(self) -> dict[str, Any]:
        if "email" in self.cleaned_data:
            self.consume_email_limits(self.cleaned_data["email"])
        cleaned: dict[str, Any] = super().clean() or {}
        if "password1" in cleaned:
            self._check_similarity(cleaned["password1"])
        return cleaned

    def _check_similarity(self, password: str) -> None:
        """Compare the password with the address, which is not on the user yet: allauth compares only the name."""
        try:
            get_adapter().clean_password(password, User(email=self.cleaned_data.get("email", "")))
        except forms.ValidationError as error:
            self.add_error("password1", error)

    @atomic
    def save(self, request: HttpRequest) -> User:
        """Create the account and send the confirmation e-mail. Raises `Refused` if registration is closed, `Invalid`
        for a bad invitation or a user name that is taken, or looks like one that is."""
        services.check_registration(self.cleaned_data["invitation"], now=clock.now())
        user = self._save_new(request)
        EmailAddress.objects.get(user=user).send_confirmation(request, signup=True)
        # Where addresses need not be confirmed, it counts as confirmed by now.
        user.refresh_from_db(fields=["email"])
        return user

    def _save_new(self, request: HttpRequest) -> User:
        # The unique constraints decide: checking beforehand would leave a race.
        try:
            with transaction.atomic():
                user = super().save(request)
        except IntegrityError as error:
            raise Invalid(str(services.USERNAME_TAKEN), field="username", code="taken") from error
        assert isinstance(user, User), "the adapter made one"
        return user


class SignInForm(DeclaredFieldsForm, account_forms.LoginForm):
    login = forms.CharField(  # type: ignore[assignment]  # the form has a method of this name
        label=_("User name or e-mail address"),
        max_length=MAX_EMAIL_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = password_field(_("Password"))
    field_order = ["login", "password"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Sessions are always persistent (ACCOUNT_SESSION_REMEMBER).
        del self.fields["remember"]


class ForgotPasswordForm(RefusableForm, account_forms.ResetPasswordForm):
    email = email_field()

    def clean_email(self) -> str:
        """allauth would look up the accounts with this address, with more queries the more there are."""
        email: str = self.cleaned_data["email"].lower()
        self.consume_email_limits(email)
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        email: str = self.cleaned_data["email"]
        services.request_reset_link(address=email, now=clock.now())
        return email


class NewPasswordForm(RefusableForm, account_forms.ResetPasswordKeyForm):
    password1 = new_password_field(_("New password"))
    password2 = None  # type: ignore[assignment]  # removes the inherited field


class ChangePasswordForm(RefusableForm, account_forms.ChangePasswordForm):
    oldpassword = password_field(_("Current password"))
    password1 = new_password_field(_("New password"))
    password2 = None  # type: ignore[assignment]  # removes the inherited field

    def clean_oldpassword(self) -> str:
        password: str = self.cleaned_data["oldpassword"]
        assert isinstance(self.user, User), "the view requires a signed-in user"
        services.check_own_password(user=self.user, password=password, now=clock.now(), field="oldpassword")
        return password


class ReauthenticateForm(RefusableForm, account_forms.ReauthenticateForm):
    password = password_field(_("Your password"))


class ChangeEmailForm(RefusableForm, account_forms.AddEmailForm):
    email = email_field()
    password = password_field(_("Your password"))

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        assert isinstance(self.user, User), "the view requires a signed-in user"
        services.check_own_password(user=self.user, password=password, now=clock.now())
        return password

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        # Not in `clean_email`: a wrong password sends no e-mail.
        if {"email", "password"} <= cleaned.keys():
            self.consume_email_limits(cleaned["email"])
        return cleaned
