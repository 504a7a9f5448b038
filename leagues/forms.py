"""Forms of leagues. They check the format; the services check permissions and rules."""

import re
from typing import Any
from uuid import uuid4

from django import forms

from core.errors import Invalid

from . import rules
from .models import League, SettingsVersion
from .services.settings import SETTINGS_FIELDS


class CreateLeagueForm(forms.ModelForm[League]):
    """A new league: name, visibility and the most important settings; the others have good defaults.

    Each form has an idempotency key: submitting it twice, by a double click or from two tabs, creates one league.
    """

    key = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)
    constructor_name = forms.CharField(
        max_length=40, required=False, help_text="Your own team in this league. Left empty, it is called like you."
    )
    scoring = forms.ChoiceField(
        choices=SettingsVersion.Scoring.choices[:2], initial=SettingsVersion.Scoring.INVERTED_POSITION
    )
    method = forms.ChoiceField(choices=SettingsVersion.Method.choices, initial=SettingsVersion.Method.SEQUENTIAL)
    order_strategy = forms.ChoiceField(
        label="Order of the drafts",
        choices=SettingsVersion.OrderStrategy.choices,
        initial=SettingsVersion.OrderStrategy.ROTATION,
    )

    class Meta:
        model = League
        fields = ("name", "visibility")

    def settings(self) -> dict[str, Any]:
        """The fields of `SettingsVersion` that this form sets."""
        return {name: self.cleaned_data[name] for name in ("scoring", "method", "order_strategy")}


class JoinForm(forms.Form):
    """A league code and an optional name for your constructor."""

    code = forms.CharField(max_length=12, help_text="Eight letters and digits, from whoever invited you.")
    constructor_name = forms.CharField(max_length=40, required=False, help_text="Left empty, it is called like you.")


class AcceptForm(forms.Form):
    """Accept an invitation, with an optional name for your constructor."""

    constructor_name = forms.CharField(max_length=40, required=False, help_text="Left empty, it is called like you.")


class InvitationForm(forms.Form):
    """A person to invite, by user name or e-mail address."""

    who = forms.CharField(
        max_length=254, label="User name or e-mail address", widget=forms.TextInput(attrs={"autocapitalize": "none"})
    )

    def whom(self) -> dict[str, str]:
        """Return the keyword argument for `services.invite`: text with an @ is an e-mail address."""
        who = self.cleaned_data["who"]
        return {"email" if "@" in who.lstrip("@") else "username": who}


class LeagueForm(forms.ModelForm[League]):
    """Properties that are not rules of the game: changes take effect at once."""

    class Meta:
        model = League
        fields = ("name", "visibility", "capacity")


class RoleForm(forms.Form):
    """A member and their new role."""

    member = forms.IntegerField()
    role = forms.ChoiceField(
        choices=[("manager", "Manager"), ("co_manager", "Co-manager"), ("member", "Member")], required=True
    )


class SettingsForm(forms.ModelForm[SettingsVersion]):
    """League settings, in force from the next draft. Custom points are a line of points by place plus six numbers."""

    places = forms.CharField(
        required=False, label="Points by place", help_text="From the winner down, such as 25 18 15 12 10 8 6 4 2 1."
    )
    not_classified = forms.DecimalField(required=False, label="Did not finish")
    did_not_start = forms.DecimalField(required=False, label="Did not start")
    disqualified = forms.DecimalField(required=False, label="Disqualified")
    fastest_lap = forms.DecimalField(required=False, label="Fastest lap")
    pole = forms.DecimalField(required=False, label="Pole position")
    places_gained = forms.DecimalField(required=False, label="Each place gained")

    OWN_POINTS = ("not_classified", "did_not_start", "disqualified", "fastest_lap", "pole", "places_gained")

    class Meta:
        model = SettingsVersion
        fields = tuple(name for name in SETTINGS_FIELDS if name != "custom_points")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        custom = self.instance.custom_points or {}
        self.initial["places"] = " ".join(str(value) for value in custom.get("places", []))
        for name in self.OWN_POINTS:
            self.initial[name] = custom.get(name, 0)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["custom_points"] = self._custom_points(cleaned)
        if cleaned.get("scoring") == SettingsVersion.Scoring.CUSTOM:
            self._validate_custom_points(cleaned["custom_points"])
        return cleaned

    def changes(self) -> dict[str, Any]:
        """Return the value of every settings field, as `services.change_settings` takes them."""
        return {name: self.cleaned_data[name] for name in SETTINGS_FIELDS}

    def rule_set(self) -> rules.RuleSet:
        """Return the scoring rules described by the form, for a preview."""
        return SettingsVersion(**self.changes()).rule_set

    def _custom_points(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        places = [place for place in re.split(r"[\s,;]+", cleaned.get("places", "")) if place]
        values = {name: str(value) for name in self.OWN_POINTS if (value := cleaned.get(name))}
        return {"places": places} | values if places else values

    def _validate_custom_points(self, custom: dict[str, Any]) -> None:
        try:
            rules.custom_points(custom)
        except Invalid as invalid:
            self.add_error("places", invalid.sentence)
