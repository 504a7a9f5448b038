"""Forms of the profile and of account deletion. Those that extend allauth are in `auth` and `mfa`."""

from typing import Any

from django import forms

from accounts.models import User
from accounts.time_zones import zone_choices_with


class DeleteAccountForm(forms.Form):
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
