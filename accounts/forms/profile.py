"""Forms of the profile and of account deletion. Those that extend allauth are in `auth` and `mfa`."""

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.time_zones import zone_choices_with
from core.formatting.avatars import Mark
from core.web.languages import language_choices


class DeleteAccountForm(forms.Form):
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class AboutMeForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ("bio", "discoverable", "found_by_name", "found_by_email")
        labels = {"bio": _("About me")}
        widgets = {"bio": forms.Textarea(attrs={"rows": 3})}


class DisplayNameForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ("display_name",)


class MarkForm(forms.ModelForm[User]):
    """The colour and the badge of the avatar, as radio buttons that show them (`elements/mark_fields.html`)."""

    class Meta:
        model = User
        fields = ("mark_colour", "mark_badge")

    def colours(self) -> list[tuple[Mark, str]]:
        """Every colour with the saved badge, as (avatar, label) pairs."""
        choices = [(None, gettext("By my name")), *User.Colour.choices]
        return [(Mark(colour, self.instance.mark_badge), str(label)) for colour, label in choices]

    def badges(self) -> list[tuple[Mark, str]]:
        """Every badge on the saved colour, as (avatar, label) pairs."""
        choices = [("", gettext("My initials")), *User.Badge.choices]
        return [(Mark(self.instance.mark_colour, badge), str(label)) for badge, label in choices]


class UsernameForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("You sign in with it, or with your confirmed e-mail address."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )


class TimeZoneForm(forms.Form):
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("Deadlines and race times are shown in this time zone.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].initial = user.time_zone
        # A browser may name its zone by an alias, such as Asia/Calcutta.
        chosen = str(self.data.get("time_zone", ""))
        name = chosen if chosen in zoneinfo.available_timezones() else user.time_zone
        self.fields["time_zone"].choices = zone_choices_with(name)  # type: ignore[attr-defined]


class LanguageForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"), required=False, help_text=_("Of pages, e-mails and notifications.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = user.language
        choices = [("", _("As in my browser")), *language_choices()]
        self.fields["language"].choices = choices  # type: ignore[attr-defined]


class QuietHoursForm(forms.Form):
    quiet_from = forms.TimeField(
        label=_("From"),
        required=False,
        help_text=_("In your own time zone. Leave both fields empty to turn quiet hours off."),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    quiet_until = forms.TimeField(
        label=_("Until"),
        required=False,
        help_text=_("At most 12 hours later. It can be on the next morning."),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["quiet_from"].initial = user.quiet_from
        self.fields["quiet_until"].initial = user.quiet_until
