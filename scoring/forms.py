"""The forms of the driver rankings and of the comparison of two players."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from leagues.models import SettingsVersion
from leagues.rules import RuleSet

from .records import RecordPlayer

PRESET_SCORINGS = SettingsVersion.Scoring.choices[:2]
# The first season of Formula 1.
FIRST_SEASON = 1950


class RankingForm(forms.Form):
    """A season and rules that need no league. Missing or unknown values fall back to the defaults."""

    season = forms.IntegerField(required=False, min_value=FIRST_SEASON, max_value=2100)
    scoring = forms.ChoiceField(required=False, choices=PRESET_SCORINGS)
    sprints = forms.BooleanField(required=False)

    def rule_set(self) -> RuleSet:
        chosen = self.cleaned_data if self.is_bound else {}
        return RuleSet(
            kind=chosen.get("scoring") or SettingsVersion.Scoring.INVERTED_POSITION,
            sprints=bool(chosen.get("sprints")),
        )


class HeadToHeadForm(forms.Form):
    """Two players of a league, each named by the id of their latest constructor."""

    player = forms.TypedChoiceField(label=_("Player"), coerce=int)
    other = forms.TypedChoiceField(label=_("Compared with"), coerce=int)

    def __init__(self, *args: Any, people: Sequence[RecordPlayer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {player.pk: player for player in people}
        choices = [(player.pk, player.name) for player in people]
        for name, place in (("player", 0), ("other", 1)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
            field.initial = choices[place][0] if place < len(choices) else None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("player") is not None and cleaned.get("player") == cleaned.get("other"):
            raise forms.ValidationError(_("Choose two different players."))
        return cleaned

    def pair(self) -> tuple[RecordPlayer, RecordPlayer]:
        return self.people[self.cleaned_data["player"]], self.people[self.cleaned_data["other"]]
