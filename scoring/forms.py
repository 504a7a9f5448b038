"""Is a request for a ranking well-formed?"""

from django import forms

from leagues.models import SettingsVersion
from leagues.rules import RuleSet

SHARED_RULES = SettingsVersion.Scoring.choices[:2]


class RankingForm(forms.Form):
    """A season and rules that need no league: what is missing or unknown falls back to the default."""

    season = forms.IntegerField(required=False, min_value=1950, max_value=2100)
    scoring = forms.ChoiceField(required=False, choices=SHARED_RULES)
    sprints = forms.BooleanField(required=False)

    def rule_set(self) -> RuleSet:
        chosen = self.cleaned_data if self.is_bound else {}
        return RuleSet(
            kind=chosen.get("scoring") or SettingsVersion.Scoring.INVERTED_POSITION,
            sprints=bool(chosen.get("sprints")),
        )
