"""Are the forms of accounts filled in? Whether a name may be had is the services' business."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm

from accounts.models import Notification, User
from accounts.services import CodeNeeded
from accounts.time_zones import zone_choices, zone_choices_with
from fantasyf1.kit.errors import TooMany

HELP_TO_CHOOSE = "At least 8 characters, not only digits, nothing common and nothing like your name."


class SignUpForm(forms.Form):
    username = forms.CharField(
        label="User name",
        max_length=150,
        help_text="The name that the others in your leagues see.",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    email = forms.EmailField(
        label="E-mail address",
        help_text="Nobody else sees it.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        strip=False,
        help_text=HELP_TO_CHOOSE,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    time_zone = forms.ChoiceField(
        choices=zone_choices,
        initial="UTC",
        help_text="Deadlines are written in it.",
        # The script chooses the browser's own zone; a form that comes back keeps what was chosen.
        widget=forms.Select(attrs={"data-zone-choice": True}),
    )
    invitation = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            del self.fields["time_zone"].widget.attrs["data-zone-choice"]


class EmailForm(forms.Form):
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))


class NewPasswordForm(forms.Form):
    new_password = forms.CharField(
        label="New password",
        strip=False,
        help_text=HELP_TO_CHOOSE,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ChangePasswordForm(NewPasswordForm):
    current_password = forms.CharField(
        label="Present password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ["current_password", "new_password"]


CODE = {"autocomplete": "one-time-code", "inputmode": "numeric"}


class CodeForm(forms.Form):
    code = forms.CharField(label="Code of your authenticator app", max_length=10, widget=forms.TextInput(attrs=CODE))


class OwnPasswordForm(forms.Form):
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class AboutMeForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ("bio", "discoverable", "found_by_name", "found_by_email")
        labels = {"bio": "About me"}
        widgets = {"bio": forms.Textarea(attrs={"rows": 3})}


class SignInForm(AuthenticationForm):
    code = forms.CharField(
        label="Code of your authenticator app", required=False, max_length=10, widget=forms.TextInput(attrs=CODE)
    )
    error_messages = {
        "invalid_login": "The user name or e-mail address and the password do not belong together.",
        "inactive": "This account is closed.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "User name or e-mail address"
        # An address may be longer than a name.
        self.fields["username"].max_length = 254  # type: ignore[attr-defined]
        self.fields["username"].widget.attrs["maxlength"] = 254
        self.too_many: TooMany | None = None
        if not self.data.get("code"):
            self.fields["code"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        try:
            return self._checked()
        except CodeNeeded as refusal:
            self.fields["code"].widget = forms.TextInput(attrs=CODE)
            raise forms.ValidationError(refusal.sentence, code=refusal.code) from refusal
        except TooMany as refusal:
            self.too_many = refusal
            raise forms.ValidationError(refusal.sentence, code=refusal.code) from refusal

    def _checked(self) -> dict[str, Any]:
        """As in Django's form, with the code besides."""
        words = {name: self.cleaned_data.get(name) for name in ("username", "password", "code")}
        if words["username"] is not None and words["password"]:
            self.user_cache = authenticate(self.request, **words)
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data


class TimeZoneForm(forms.Form):
    time_zone = forms.ChoiceField(help_text="Deadlines and race times are written in it.")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].initial = user.time_zone
        self.fields["time_zone"].choices = zone_choices_with(user.time_zone)  # type: ignore[attr-defined]


class QuietHoursForm(forms.Form):
    quiet_from = forms.TimeField(
        label="From",
        required=False,
        help_text="By the clock in your own time zone. Leave both empty for none.",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    quiet_until = forms.TimeField(
        label="Until",
        required=False,
        help_text="At most 12 hours later; it may be on the next morning.",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quiet_from"].initial = user.quiet_from
        self.fields["quiet_until"].initial = user.quiet_until


class NewsForm(forms.Form):
    """What a person wants to be told of: a tick for each kind that he may do without."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in Notification.Kind.optional():
            self.fields[kind.value] = forms.BooleanField(label=kind.label, required=False)


class SeenForm(forms.Form):
    up_to = forms.IntegerField(min_value=1, max_value=2**63 - 1)
