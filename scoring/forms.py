"""The form of the driver rankings."""

from django import forms

from leagues.models import SettingsVersion
from leagues.rules import RuleSet

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
