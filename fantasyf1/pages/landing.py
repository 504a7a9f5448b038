"""The landing page: the game, the last race as it scored, a draft to look into, and the running season."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from core import clock
from core.cache.safe_cache import read_through
from core.web.site import absolute_url
from drafts.models import Draft, SpectatorLink
from drafts.selectors import current_draft, demonstration_link, draft_room
from leagues.models import SettingsVersion
from leagues.rules import RuleSet
from races.models import Result, Season
from races.selectors import current_season, last_classification, latest_season_with_results, next_race
from scoring.inputs import car_results
from scoring.leaderboards import leaderboard, score_version
from scoring.rules import weekend_scores

CACHE_SECONDS = 60 * 60
SHOWN_STANDINGS = 7


class ScoredResult(NamedTuple):
    """A car in a race, with the points for it under the default rules. `share`: of the best points, in percent."""

    result: Result
    points: Decimal
    share: int


def home(request: HttpRequest) -> HttpResponse:
    """Introduce the game to visitors; redirect players to their leagues."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    now = clock.now()
    season, scored = current_season(now), latest_season_with_results(now)
    link = demonstration_link()
    context = {
        "race": next_race(season, now) if season else None,
        "sentences": SettingsVersion().in_short,
        "last_race": _last_race(scored) if scored else "",
        **(_demonstration(link) if link else {}),
        "registration": settings.REGISTRATION,
        "page_url": absolute_url(reverse("home")),
        "now": now,
    }
    return render(request, "pages/landing.html", context)


def _last_race(season: Season) -> SafeString:
    """The last race as a table of points, rendered. It changes only with the results of the season."""
    key = f"landing:race:{season.pk}:{season.results_version}:{get_language()}"
    return _cached(key, lambda: _render_last_race(season))


def _render_last_race(season: Season) -> str:
    classification = last_classification(season)
    scores = weekend_scores(RuleSet(), car_results(classification)) if classification else {}
    if classification is None or not scores:
        return ""
    most = max(score.points for score in scores.values()) or Decimal(1)
    lines = [
        ScoredResult(result, points, round(100 * points / most))
        for result in classification.results.all()
        for points in [scores[result.driver_id].points]
    ]
    best = max(lines, key=lambda line: line.points)
    return render_to_string("pages/_last_race.html", {"race": classification.race, "lines": lines, "best": best})


def _demonstration(link: SpectatorLink) -> dict[str, Any]:
    """The current draft of the demonstration league, with its board and the standings, rendered."""
    draft = current_draft(link.league)
    if draft is None:
        return {}
    draft.league = link.league
    version = score_version(link.league)
    key = f"landing:board:{draft.pk}:{draft.last_seq}:{draft.state}:{version}:{get_language()}"
    return {"link": link, "draft": draft, "board": _cached(key, lambda: _render_board(draft, version))}


def _cached(key: str, render: Callable[[], str]) -> SafeString:
    html: str = read_through(f"{settings.VERSION}:{key}", render, seconds=CACHE_SECONDS)
    return mark_safe(html)  # noqa: S308  # rendered by templates of ours


def _render_board(draft: Draft, version: int) -> str:
    room = draft_room(draft)
    on_the_clock = next((slot.constructor for slot in room.waiting), None)
    standings = leaderboard(draft.league, version=version)[:SHOWN_STANDINGS]
    context = {"room": room, "on_the_clock": on_the_clock, "standings": standings}
    return render_to_string("pages/_demonstration_board.html", context)
