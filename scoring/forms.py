"""Is a request for a ranking, or for a practice draft, well-formed?"""

from typing import Any

from django import forms

from drafts.rules.practice import MOST_OPPONENTS, MOST_PICKS, Practice
from leagues.models import SettingsVersion
from leagues.rules import RuleSet

from .rules import ordinal

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


class PracticeForm(forms.Form):
    """How a practice draft is to run."""

    opponents = forms.IntegerField(min_value=1, max_value=MOST_OPPONENTS, initial=5, help_text="Bots, one to nine.")
    picks_each = forms.IntegerField(label="Picks each", min_value=1, max_value=MOST_PICKS, initial=2)
    method = forms.ChoiceField(choices=SettingsVersion.Method.choices)
    place = forms.TypedChoiceField(
        label="Your place",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "Drawn by lot"), *((place, ordinal(place)) for place in range(1, MOST_OPPONENTS + 2))],
    )

    def choices(self) -> dict[str, Any]:
        """As `drafts.rules.practice.begin` takes them."""
        return self.cleaned_data

    @staticmethod
    def initial_of(practice: Practice) -> dict[str, Any]:
        """The choices that a practice draft was begun with; its place is drawn anew."""
        return {
            "opponents": len(practice.order) - 1,
            "picks_each": practice.picks_each,
            "method": practice.method,
        }
