"""The browser's door to seasons, races and drivers; everyone may look. `?season=2025` chooses another year."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from fantasyf1.kit import clock

from . import selectors
from .models import Classification, Driver, Race, Season


def _season(request: HttpRequest) -> Season | None:
    """The season asked for, else the current one; None before any is loaded."""
    year = request.GET.get("season", "")
    if not year:
        return selectors.current_season(clock.now())
    season = selectors.season_for_year(int(year)) if year.isascii() and year.isdigit() and len(year) == 4 else None
    if season is None:
        raise Http404("There is no such season.")
    return season


def _page(request: HttpRequest, template: str, season: Season | None, **context: Any) -> HttpResponse:
    return render(request, template, {"season": season, "seasons": selectors.real_seasons(), **context})


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    season = _season(request)
    races = selectors.calendar(season) if season else []
    following = selectors.next_race(season, clock.now()) if season else None
    return _page(request, "races/calendar.html", season, races=races, next_race=following)


@require_safe
def race(request: HttpRequest, pk: int) -> HttpResponse:
    race = get_object_or_404(Race.objects.select_related("season", "circuit"), pk=pk)
    classification = selectors.latest_classification(race, Classification.Kind.RACE)
    context = {
        "race": race,
        "timetable": selectors.race_timetable(race),
        "classification": classification,
        "sprint": selectors.latest_classification(race, Classification.Kind.SPRINT),
        "entries": [] if classification else selectors.entries_of(race),
    }
    return render(request, "races/race.html", context)


@require_safe
def drivers(request: HttpRequest) -> HttpResponse:
    season = _season(request)
    return _page(request, "races/drivers.html", season, entries=selectors.latest_entries(season) if season else [])


@require_safe
def driver(request: HttpRequest, ref: str) -> HttpResponse:
    driver = get_object_or_404(Driver, ref=ref)
    season = _season(request)
    results = selectors.results_of_driver(driver, season) if season else []
    entry = selectors.latest_entry(driver, season) if season else None
    seasons = selectors.seasons_of_driver(driver)
    context = {"driver": driver, "season": season, "seasons": seasons, "results": results, "entry": entry}
    return render(request, "races/driver.html", context)
