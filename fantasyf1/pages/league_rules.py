"""The rules of a league as sentences in sections, with examples from the last real race, and how they changed."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from drafts.rules.examples import Weekend, draft_examples
from drafts.selectors import first_races_by_settings
from leagues.models import Membership, SettingsVersion
from leagues.points_curve import points_curve
from leagues.rules import RuleExample
from leagues.selectors import settings_history, visible_leagues_with_role
from scoring.rules import scoring_examples
from scoring.selectors import Examples, examples_for

# Enough for the examples of a league that has no players yet.
MIN_PLAYERS = 2


@dataclass(frozen=True)
class Section:
    """A section of the rules; `name` is its anchor."""

    name: str
    title: str
    sentences: list[str]
    examples: list[str]


@require_safe
def league_rules(request: HttpRequest, pk: int) -> HttpResponse:
    league = get_object_or_404(visible_leagues_with_role(request.user), pk=pk)
    history = settings_history(league)
    settings = history[0].version
    examples = examples_for(league.season)
    players = max(league.players, settings.bots_up_to, MIN_PLAYERS)  # type: ignore[attr-defined]  # an annotation
    found = _examples(settings, examples, players) if examples else []
    context = {
        "league": league,
        "settings": settings,
        "sections": [
            Section(name, section.title, section.sentences, [item.sentence for item in found if item.section == name])
            for name, section in settings.by_section.items()
        ],
        "points_curve": points_curve(settings.rule_set, league.season.grid_size),
        "race": examples.facts.race if examples else "",
        "history": history,
        "first_races": first_races_by_settings(league),
        "manages": request.user.is_superuser or _manages(league.role),  # type: ignore[attr-defined]
    }
    return render(request, "pages/league_rules.html", context)


def _manages(role: str | None) -> bool:
    return role in (Membership.Role.MANAGER, Membership.Role.CO_MANAGER)


def _examples(settings: SettingsVersion, examples: Examples, players: int) -> list[RuleExample]:
    """The examples of the draft, with times in the reader's time zone, and of the points."""
    weekend = Weekend(
        race=examples.facts.race,
        sessions=examples.sessions,
        race_starts_at=examples.race_starts_at,
        players=players,
        zone=ZoneInfo(timezone.get_current_timezone_name()),
    )
    return [
        *draft_examples(settings.values, weekend),
        *scoring_examples(settings.rule_set, settings.picks_per_race, examples.facts),
    ]
