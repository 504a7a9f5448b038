"""Public pages of seasons, races and drivers. `?season=2025` selects a year."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.web.downloads import attachment_response, to_icalendar
from core.web.offline import available_offline

from . import selectors
from .calendar_events import race_events
from .models import Classification, Driver, Race, Season


def _season(
    request: HttpRequest, default: Callable[[datetime], Season | None] = selectors.latest_season_with_races
) -> Season | None:
    """Return the requested season, else the default one; None if none is loaded. Raises 404 for an unknown year."""
    year = request.GET.get("season", "")
    if not year:
        return default(clock.now())
    season = selectors.season_for_year(int(year)) if year.isascii() and year.isdigit() and len(year) == 4 else None
    if season is None:
        raise Http404(_("There is no such season."))
    return season


def _page(request: HttpRequest, template: str, season: Season | None, **context: Any) -> HttpResponse:
    return render(request, template, {"season": season, "seasons": selectors.real_seasons(), **context})


@available_offline
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    season = _season(request, selectors.current_season)
    races = selectors.calendar(season) if season else []
    following = selectors.next_race(season, clock.now()) if season else None
    return _page(request, "races/calendar.html", season, races=races, next_race=following)


@require_safe
def season_calendar(request: HttpRequest, year: int) -> HttpResponse:
    """Serve the sessions of a season as an iCalendar feed, the same to everybody, with an ETag."""
    season = selectors.season_for_year(year)
    if season is None:
        raise Http404
    # The feed is the same until a race changes, so that programs which have it get a 304.
    began_at = datetime(year, 1, 1, tzinfo=UTC)
    events = race_events(selectors.calendar(season), unchanged_at=began_at)
    body = to_icalendar(_("Formula 1 %(year)s") % {"year": year}, events, now=began_at)
    response = attachment_response(body, "text/calendar; charset=utf-8", f"f1-{year}.ics")
    response["Cache-Control"] = "public, max-age=3600"
    set_response_etag(response)
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@require_safe
def race(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a race weekend and its results. `?revision=` and `?sprint=` select earlier revisions."""
    race = get_object_or_404(Race.objects.select_related("season", "circuit"), pk=pk)
    revisions = list(selectors.revisions(race))
    classification = _requested_revision(request.GET.get("revision"), race, Classification.Kind.RACE, revisions)
    sprint = _requested_revision(request.GET.get("sprint"), race, Classification.Kind.SPRINT, revisions)
    context = {
        "race": race,
        "timetable": selectors.race_timetable(race),
        "revisions": revisions,
        "counting": {classification.pk for classification in _latest(revisions)},
        "classification": classification,
        "sprint": sprint,
        "shown": [classification, sprint],
        "entries": [] if classification else selectors.entries_of(race),
    }
    return render(request, "races/race.html", context)


def _latest(revisions: Iterable[Classification]) -> list[Classification]:
    """Return the latest revision of each kind; expects each kind's revisions latest first."""
    return [next(of_kind) for _, of_kind in groupby(revisions, key=lambda classification: classification.kind)]


def _requested_revision(
    requested: str | None, race: Race, kind: Classification.Kind, revisions: Iterable[Classification]
) -> Classification | None:
    """Return the requested revision with its rows, else the latest; None before there are results."""
    numbers = [classification.revision for classification in revisions if classification.kind == kind]
    if not requested:
        return selectors.revision(race, kind, numbers[0]) if numbers else None
    if requested not in map(str, numbers):
        raise Http404(_("There is no such revision."))
    return selectors.revision(race, kind, int(requested))


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
