"""Pages of real drivers and teams, with the points under a league's rules, and of the picks for a race."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from races import selectors as races
from races.http import requested_season
from races.models import Classification, Driver, Race, Result, Season, Team
from scoring.selectors import season_points

from .charts import FORM_RACES, form_line, official_form_lines
from .formula1_selectors import (
    circuits_of_results,
    driver_lines,
    picks_for_race,
    picks_of_driver,
    points_rules,
    seasons_of_results,
)

ZERO = Decimal(0)


@login_required
@require_safe
def race_picks(request: SignedInRequest, race_pk: int) -> HttpResponse:
    """Who picked whom for a race, in each of the user's leagues. The page of the race loads it."""
    race = get_object_or_404(Race.objects.select_related("season"), pk=race_pk)
    leagues = picks_for_race(request.user, race)
    return render(request, "pages/race_picks.html", {"race": race, "leagues": leagues})


@require_safe
def drivers(request: HttpRequest) -> HttpResponse:
    """The drivers of a season by their points under the rules of a league, `?league=`."""
    season = requested_season(request)
    chosen = points_rules(request.user, request.GET.get("league", ""))
    lines = driver_lines(season, chosen.rule_set) if season else []
    context = {
        "season": season,
        "seasons": races.real_seasons(),
        "rules": chosen,
        "lines": lines,
        "form_lines": {line.entry.driver_id: form_line(line.by_race[-FORM_RACES:]) for line in lines},
    }
    return render(request, "pages/drivers.html", context)


@require_safe
def driver(request: HttpRequest, ref: str) -> HttpResponse:
    """A driver: form, results with points under a league's rules, seasons, circuits, and who has them."""
    results = races.all_results_of_driver(ref)
    season = requested_season(request)
    of_season = [result for result in results if season and result.classification.race.season_id == season.pk]
    entry = of_season[-1] if of_season else races.latest_entry(ref, season) if season else None
    driver = entry.driver if entry else get_object_or_404(Driver, ref=ref)
    chosen = points_rules(request.user, request.GET.get("league", ""))
    so_far = season_points(season, chosen.rule_set) if season else None
    points = so_far.of(driver.pk) if so_far else {}
    context = {
        "driver": driver,
        "season": season,
        "seasons": _seasons_of(results, season),
        "rules": chosen,
        "results": [{"result": result, "points": _league_points(result, points)} for result in reversed(of_season)],
        "stats": _stats(of_season, points),
        "form_line": form_line(so_far.in_order(driver.pk) if so_far else []),
        "entry": entry,
        "history": seasons_of_results(results),
        "circuits": circuits_of_results(results),
        "holders": picks_of_driver(request.user, driver, season) if season else [],
    }
    return render(request, "pages/driver.html", context)


def _seasons_of(results: list[Result], season: Season | None) -> list[Season]:
    """The seasons to choose from, the latest first: those with results, and the shown one."""
    found = {result.classification.race.season_id: result.classification.race.season for result in results}
    shown = {season.pk: season} if season else {}
    return sorted((found | shown).values(), key=lambda season: -season.year)


def _league_points(result: Result, points: Mapping[int, Decimal]) -> Decimal | None:
    """The points of a race weekend, beside the race and not beside its sprint."""
    classification = result.classification
    return points.get(classification.race_id) if classification.kind == Classification.Kind.RACE else None


def _stats(results: list[Result], points: Mapping[int, Decimal]) -> dict[str, Any]:
    finishes = [result for result in results if result.classification.kind == Classification.Kind.RACE]
    places = [result.position for result in finishes if result.position_text.isdigit()]
    total = sum(points.values(), ZERO)
    return {
        "points": total,
        "average": (total / len(points)).quantize(Decimal("0.1")) if points else None,
        "best_race": max(points.values(), default=None),
        "average_finish": round(sum(places) / len(places), 1) if places else None,
        "form": [races.Finish(result.position_text) for result in reversed(finishes[-5:])],
    }


@require_safe
def teams(request: HttpRequest) -> HttpResponse:
    """The real teams of a season by official points, with their drivers."""
    season = requested_season(request, races.latest_season_with_results)
    lines = races.team_lines(season) if season else []
    context = {"season": season, "seasons": races.real_seasons(), "lines": lines}
    return render(request, "pages/teams.html", context)


@require_safe
def team(request: HttpRequest, team_ref: str) -> HttpResponse:
    """A real team: its place, its drivers, and what its cars did in each race of a season."""
    team = get_object_or_404(Team, ref=team_ref)
    season = requested_season(request, races.latest_season_with_results)
    if season is None:
        raise Http404
    results = races.results_of_team(team)
    of_season = [row for row in results if row.classification.race.season_id == season.pk]
    context = {
        "team": team,
        "season": season,
        "seasons": _seasons_of(results, season),
        "line": next((line for line in races.team_lines(season) if line.team == team), None),
        "races": races.races_of_team(of_season),
        "form_lines": official_form_lines(of_season),
        "history": seasons_of_results(results),
    }
    return render(request, "pages/team.html", context)
