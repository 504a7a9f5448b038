"""Forms: standings on an earlier date, practice drafts, and signing up or in to join a league."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from accounts.forms.auth import SignInForm, SignUpForm
from core.formatting.ordinals import shown_ordinal
from drafts.rules.practice import MAX_OPPONENTS, MAX_PICKS, PracticeBoard
from leagues.forms import ChoiceFieldWithDefault, constructor_name_field
from leagues.models import SettingsVersion
from races.models import Race
from scoring.forms import FIRST_SEASON

INVALID_DATE = _("Enter a date, such as 2025-07-06.")


class AsOfForm(forms.Form):
    """A date, meaning its end in the reader's time zone, or a datetime with time zone, as in links from corrections."""

    as_of = forms.CharField(
        label=_("At the end of"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": INVALID_DATE},
    )

    def clean_as_of(self) -> datetime:
        try:
            return _moment(self.cleaned_data["as_of"])
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError(INVALID_DATE) from error

    def moment(self, *, before: datetime) -> datetime | None:
        """The requested moment. None means the current standings: nothing was requested, or nothing before `before`."""
        as_of = self.cleaned_data.get("as_of") if self.is_valid() else None
        return as_of if as_of and as_of < before else None


def _moment(text: str) -> datetime:
    """Parse a date or datetime. Raises `ValueError` or `OverflowError`."""
    day = parse_date(text)
    moment = timezone.make_aware(datetime.combine(day, time.max)) if day else parse_datetime(text)
    if moment is None or moment.tzinfo is None or moment.year < FIRST_SEASON:
        raise ValueError(text)
    return moment.astimezone(UTC)


class PracticeForm(forms.Form):
    """The options of a practice draft: the race, who drafts and how, and the rules that the race is scored by."""

    race = ChoiceFieldWithDefault(label=_("Race"))
    scoring = ChoiceFieldWithDefault(
        label=_("Scoring"),
        choices=SettingsVersion.Scoring.presets(),
        initial=SettingsVersion.Scoring.INVERTED_POSITION,
    )
    sprints = forms.BooleanField(label=_("Sprints count"), required=False)
    opponents = forms.IntegerField(
        label=_("Opponents"), min_value=1, max_value=MAX_OPPONENTS, initial=5, help_text=_("Number of bots, 1 to 9.")
    )
    picks_each = forms.IntegerField(label=_("Picks per player"), min_value=1, max_value=MAX_PICKS, initial=2)
    method = forms.ChoiceField(label=_("Method"), choices=SettingsVersion.Method.choices)
    place = forms.TypedChoiceField(
        label=_("Your place in the order"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=lambda: [("", _("Random")), *((place, shown_ordinal(place)) for place in range(1, MAX_OPPONENTS + 2))],
    )

    def __init__(self, *args: Any, races: Sequence[Race], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.races = {str(race.pk): race for race in races}
        field = self.fields["race"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(pk, str(race)) for pk, race in self.races.items()]
        field.initial = next(iter(self.races), None)

    def race_to_draft(self) -> Race:
        return self.races[self.cleaned_data["race"]]

    def more_options(self) -> list[forms.BoundField]:
        """The options that a first practice draft does well without."""
        return [self[name] for name in ("opponents", "picks_each", "method", "place")]

    def choices(self) -> dict[str, Any]:
        """The other options, as keyword arguments of `drafts.rules.practice.start_practice`."""
        return {name: value for name, value in self.cleaned_data.items() if name != "race"}

    @staticmethod
    def initial_of(board: PracticeBoard) -> dict[str, Any]:
        """The options that a practice draft was started with, without `place`, which is drawn again."""
        return {
            "race": board.race,
            "scoring": board.scoring,
            "sprints": board.sprints,
            "opponents": len(board.order) - 1,
            "picks_each": board.picks_each,
            "method": board.method,
        }


class SignUpAndJoinForm(SignUpForm):
    """A new account, and the name of its constructor in the league that it joins."""

    constructor_name = constructor_name_field()
    field_order = ["username", "email", "password1", "constructor_name", "time_zone", "invitation"]


class SignInAndJoinForm(SignInForm):
    """The account to join a league with, and the name of its constructor. Has its own ids, beside the other form."""

    constructor_name = constructor_name_field()
    field_order = ["login", "password", "constructor_name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_sign_in_%s", **kwargs)


class AppearanceForm(forms.Form):
    """The theme and the contrast; an empty value leaves the choice to the system."""

    theme = forms.ChoiceField(
        label=_("Theme"),
        choices=[("", _("System")), ("light", _("Light")), ("dark", _("Dark"))],
        required=False,
        widget=forms.RadioSelect,
    )
    contrast = forms.ChoiceField(
        label=_("Contrast"),
        choices=[("", _("System")), ("more", _("More"))],
        required=False,
        widget=forms.RadioSelect,
    )
