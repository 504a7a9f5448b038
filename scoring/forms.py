"""Is a request for a ranking, for an earlier table, or for a practice draft, well-formed?"""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from drafts.rules.practice import MOST_OPPONENTS, MOST_PICKS, Practice
from leagues.models import SettingsVersion
from leagues.rules import RuleSet

from .rules import ordinal

SHARED_RULES = SettingsVersion.Scoring.choices[:2]
# The first season of Formula 1.
EARLIEST = 1950
NO_DAY = "Choose a day, such as 2025-07-06."


class RankingForm(forms.Form):
    """A season and rules that need no league: what is missing or unknown falls back to the default."""

    season = forms.IntegerField(required=False, min_value=EARLIEST, max_value=2100)
    scoring = forms.ChoiceField(required=False, choices=SHARED_RULES)
    sprints = forms.BooleanField(required=False)

    def rule_set(self) -> RuleSet:
        chosen = self.cleaned_data if self.is_bound else {}
        return RuleSet(
            kind=chosen.get("scoring") or SettingsVersion.Scoring.INVERTED_POSITION,
            sprints=bool(chosen.get("sprints")),
        )


class AsOfForm(forms.Form):
    """A day, whose end in the reader's zone is meant, or a moment with its zone, as links from a correction have it."""

    as_of = forms.CharField(
        label="At the end of",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": NO_DAY},
    )

    def clean_as_of(self) -> datetime:
        try:
            return _moment(self.cleaned_data["as_of"])
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError(NO_DAY) from error

    def moment(self, *, before: datetime) -> datetime | None:
        """The moment asked for; None where none is, or where it is still to come and the table of today is meant."""
        asked = self.cleaned_data.get("as_of") if self.is_valid() else None
        return asked if asked and asked < before else None


def _moment(text: str) -> datetime:
    """Read a day or a moment. Raises `ValueError` or `OverflowError`."""
    day = parse_date(text)
    moment = timezone.make_aware(datetime.combine(day, time.max)) if day else parse_datetime(text)
    if moment is None or moment.tzinfo is None or moment.year < EARLIEST:
        raise ValueError(text)
    return moment.astimezone(UTC)


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
