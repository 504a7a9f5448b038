"""Forms of leagues. They check the format; the services check permissions and rules."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from core.forms import DurationWidget

from . import rules, webhook_events
from .models import League, SettingsVersion, Webhook


def _setting_field(name: str, **options: Any) -> Any:
    """The form field of a league setting, with the label, default and choices of the model."""
    return SettingsVersion._meta.get_field(name).formfield(**options)  # type: ignore[union-attr]


FIRST_DRAFT_HELP = _(
    "On Monday, if two people are in by then; otherwise it waits in the lobby until you start it. Bots let you play "
    "alone, and friends can still take their places."
)


class ChoiceFieldWithDefault(forms.ChoiceField):
    """A choice that has its initial value if the request leaves it out."""

    def clean(self, value: Any) -> Any:
        return super().clean(value or self.initial)


def constructor_name_field() -> forms.CharField:
    """The optional name of one's constructor."""
    return forms.CharField(
        max_length=40,
        required=False,
        label=_("Constructor name"),
        help_text=_("Your team in this league. Leave it empty to use your name."),
    )


# What each answer means for the players, as a sentence, and an example, which may be empty.
Explained = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Question:
    """A question of the form for new leagues: the setting that answers it, and fields that go with it.

    `explained` says what each answer means for the players, with an example.
    """

    title: str
    field: forms.BoundField
    explained: Explained
    others: list[forms.BoundField]


def _explained_choices(field: forms.BoundField, settings: dict[str, Any], examples: Mapping[str, str]) -> Explained:
    """What each choice of a setting would mean beside the other settings of a league."""
    choices: Iterable[tuple[str, object]] = field.field.choices  # type: ignore[attr-defined]
    return {
        value: (_choice_in_words(field.name, settings | {field.name: value}), examples.get(value, ""))
        for value, _label in choices
    }


def _choice_in_words(name: str, settings: dict[str, Any]) -> str:
    if settings["scoring"] == SettingsVersion.Scoring.CUSTOM and not settings["custom_points"]:
        return gettext("Your league's own points, which you set below.")
    return rules.choice_in_words(name, settings)


def _rule_sets(settings: dict[str, Any]) -> dict[str, rules.RuleSet]:
    presets = SettingsVersion.Scoring.presets()
    return {value: rules.RuleSet.from_settings(settings | {"scoring": value}) for value, _label in presets}


class CreateLeagueForm(forms.ModelForm[League]):
    """A new league: name, visibility and the most important settings; the others have good defaults.

    Each form has an idempotency key: submitting it twice, by a double click or from two tabs, creates one league.
    """

    key = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)
    constructor_name = constructor_name_field()
    first_draft_start = ChoiceFieldWithDefault(
        choices=League.FirstDraftStart.choices,
        initial=League.FirstDraftStart.WINDOW,
        label=_("First draft"),
        help_text=FIRST_DRAFT_HELP,
    )
    scoring = _setting_field("scoring", choices=SettingsVersion.Scoring.presets())
    clock = ChoiceFieldWithDefault(choices=SettingsVersion.Clock.choices, initial=SettingsVersion.Clock.ADAPTIVE)
    clock_seconds = _setting_field("clock_seconds", required=False, widget=DurationWidget(timedelta(seconds=1)))
    sprints = _setting_field("sprints")
    picks_per_race = _setting_field("picks_per_race", required=False)
    method = _setting_field("method")
    order_strategy = _setting_field("order_strategy")

    SETTINGS: ClassVar = (
        "scoring", "sprints", "clock", "clock_seconds", "picks_per_race", "method", "order_strategy",
    )  # fmt: skip

    class Meta:
        model = League
        fields = ("name", "visibility")

    def clean_clock_seconds(self) -> int:
        """An empty field is the default."""
        default: int = self.fields["clock_seconds"].initial
        return self.cleaned_data["clock_seconds"] or default

    def settings(self) -> dict[str, Any]:
        """The fields of `SettingsVersion` that this form sets."""
        chosen = {name: self.cleaned_data[name] for name in self.SETTINGS}
        return {name: value for name, value in chosen.items() if value is not None}

    def questions(self, examples: Mapping[str, str]) -> list[Question]:
        """The questions about the rules. `examples` are sentences by scoring."""
        return [
            Question(gettext("What scores?"), self["scoring"], self._explained("scoring", examples), [self["sprints"]]),
            Question(
                gettext("How long may a pick take?"),
                self["clock"],
                self._explained("clock", {}),
                [self["clock_seconds"]],
            ),
            Question(
                gettext("Who picks when?"),
                self["order_strategy"],
                self._explained("order_strategy", {}),
                [self["method"], self["picks_per_race"]],
            ),
        ]

    def _explained(self, name: str, examples: Mapping[str, str]) -> Explained:
        return _explained_choices(self[name], SettingsVersion().values, examples)

    @staticmethod
    def rule_sets() -> dict[str, rules.RuleSet]:
        """The rule set of each scoring, for the examples."""
        return _rule_sets(SettingsVersion().values)


class ContinueForm(forms.Form):
    """The next season of a league: its name, who picks first, and the settings that people change in the winter."""

    SETTINGS: ClassVar = ("picks_per_race", "scoring", "method", "order_strategy")

    name = forms.CharField(max_length=60, label=_("Name"))
    first_order = forms.ChoiceField(
        choices=League.FirstOrder.choices,
        initial=League.FirstOrder.REVERSE_STANDINGS,
        label=_("Order of the first draft"),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, league: League, settings: SettingsVersion) -> None:
        super().__init__(data, initial={"name": league.name, **settings.values})
        presets = SettingsVersion.Scoring.presets()
        has_custom_points = settings.scoring == SettingsVersion.Scoring.CUSTOM
        choices = SettingsVersion.Scoring.choices if has_custom_points else presets
        for name in self.SETTINGS:
            self.fields[name] = _setting_field(name, **({"choices": choices} if name == "scoring" else {}))

    def settings(self) -> dict[str, Any]:
        """The fields of `SettingsVersion` that this form sets."""
        return {name: self.cleaned_data[name] for name in self.SETTINGS}


class JoinForm(forms.Form):
    """A league code and an optional name for your constructor."""

    code = forms.CharField(
        max_length=12,
        label=_("Code"),
        help_text=_("Eight letters and digits. Ask the person who invited you."),
    )
    constructor_name = constructor_name_field()


class ConstructorNameForm(forms.Form):
    """Join a league or accept an invitation, with an optional name for your constructor."""

    constructor_name = constructor_name_field()


class InvitationForm(forms.Form):
    """A person to invite, by user name or e-mail address."""

    who = forms.CharField(
        max_length=254,
        label=_("User name or e-mail address"),
        widget=forms.TextInput(attrs={"autocapitalize": "none"}),
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


class FirstDraftForm(forms.Form):
    """How a league's first draft starts, and up to how many constructors bots fill it."""

    first_draft_start = forms.ChoiceField(
        choices=League.FirstDraftStart.choices, label=_("The draft starts"), help_text=FIRST_DRAFT_HELP
    )
    bots_up_to = _setting_field("bots_up_to")


class RoleForm(forms.Form):
    """A member and their new role. The management is handed over on a page of its own."""

    member = forms.IntegerField()
    role = forms.ChoiceField(choices=[("co_manager", _("Co-manager")), ("member", _("Member"))], required=True)


class RemoveForm(forms.Form):
    """Why a member is removed, and whether they can join again."""

    reason = forms.CharField(
        required=False,
        max_length=200,
        label=_("Reason"),
        help_text=_("The member reads it. You can leave it empty."),
    )
    ban = forms.BooleanField(required=False, label=_("Do not let them join again"))


class SettingsForm(forms.ModelForm[SettingsVersion]):
    """League settings, in force from the next draft. Custom points are points by place plus single numbers.

    `examples` are sentences by scoring, for its choices.
    """

    EXPLAINED: ClassVar = ("method", "order_strategy", "scoring", "clock", "corrections")

    examples: Mapping[str, str] = {}
    places = forms.CharField(
        required=False,
        label=_("Points by place"),
        help_text=_("From the winner down, such as 25 18 15 12 10 8 6 4 2 1."),
    )

    class Meta:
        model = SettingsVersion
        fields = tuple(name for name in rules.SETTINGS_FIELDS if name != "custom_points")
        widgets: ClassVar = {setting.name: DurationWidget(setting.unit) for setting in rules.SETTINGS if setting.unit}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = self.instance.values
        custom = self.instance.custom_points or {}
        self.initial["places"] = " ".join(str(value) for value in custom.get("places", []))
        self.fields["bots_up_to"].required = False
        for name, label in rules.custom_point_labels().items():
            self.fields[name] = forms.DecimalField(required=False, label=label, initial=custom.get(name, 0))

    def sections(self) -> list[tuple[str, list[tuple[forms.BoundField, Explained]]]]:
        """The settings except the custom points, by section: pairs of the title and the fields.

        Each field comes with what its choices mean; empty if it has no choices.
        """
        shown = {setting.name: setting.section for setting in rules.SETTINGS if setting.name in self.fields}
        return [
            (section.title, [(self[name], self._explained(name)) for name in shown if shown[name] is section])
            for section in rules.Section
        ]

    def _explained(self, name: str) -> Explained:
        if name not in self.EXPLAINED:
            return {}
        return _explained_choices(self[name], self.stored, self.examples if name == "scoring" else {})

    def rule_sets(self) -> dict[str, rules.RuleSet]:
        """The rule set of each scoring, for `examples`."""
        return _rule_sets(self.stored)

    def custom_point_fields(self) -> list[forms.BoundField]:
        """The single numbers of the custom points."""
        return [self[name] for name in rules.custom_point_labels()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["custom_points"] = self._custom_points(cleaned)
        if cleaned.get("scoring") == SettingsVersion.Scoring.CUSTOM:
            self._validate_custom_points(cleaned["custom_points"])
        return cleaned

    def clean_bots_up_to(self) -> int:
        """An empty field means no bots."""
        return self.cleaned_data["bots_up_to"] or 0

    def changes(self) -> dict[str, Any]:
        """Return the value of every settings field, as `services.change_settings` takes them."""
        return {name: self.cleaned_data[name] for name in rules.SETTINGS_FIELDS}

    def rule_set(self) -> rules.RuleSet:
        """Return the scoring rules described by the form, for a preview."""
        return rules.RuleSet.from_settings(self.changes())

    def _custom_points(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        places = [place for place in re.split(r"[\s,;]+", cleaned.get("places", "")) if place]
        values = {name: str(value) for name in rules.custom_point_labels() if (value := cleaned.get(name))}
        return {"places": places} | values if places else values

    def _validate_custom_points(self, custom: dict[str, Any]) -> None:
        try:
            rules.parse_custom_points(custom)
        except Invalid as invalid:
            self.add_error("places", invalid.sentence)


class ChangeWebhookForm(forms.Form):
    """The name and the events of a webhook, and a new address if there is one."""

    name = forms.CharField(max_length=60, label=_("Name"))
    url = forms.CharField(
        max_length=2000,
        required=False,
        label=_("New address"),
        help_text=_("The address is a secret and not shown again. Leave this empty to keep it."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    events = forms.MultipleChoiceField(
        choices=webhook_events.choices, label=_("Events"), widget=forms.CheckboxSelectMultiple
    )

    def changes(self) -> dict[str, Any]:
        """The arguments of `services.change_webhook`."""
        return {**self.cleaned_data, "url": self.cleaned_data["url"] or None}


class AddWebhookForm(ChangeWebhookForm):
    """A new webhook; at first with all events."""

    service = forms.ChoiceField(choices=Webhook.Service.choices, label=_("Service"))
    url = forms.CharField(
        max_length=2000,
        label=_("Address"),
        help_text=_(
            "Discord and Slack show it when you create a webhook there. Keep it secret: with it, anyone can post."
        ),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("service", "name", "url", "events")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["events"].initial = webhook_events.choosable_names()
