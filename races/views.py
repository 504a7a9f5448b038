"""Public pages of seasons and races. `?season=2025` selects a year."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.web.downloads import attachment_response, to_icalendar
from core.web.languages import in_language_of_url
from core.web.offline import available_offline

from . import rules, selectors
from .calendar_events import race_events
from .http import requested_season
from .models import Classification, Race, Result, Season

SHOWN_GAINERS = 3


def _page(request: HttpRequest, template: str, season: Season | None, **context: Any) -> HttpResponse:
    return render(request, template, {"season": season, "seasons": selectors.real_seasons(), **context})


@available_offline
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Show the calendar of a season, the next race first; with `?view=month`, by month."""
    season, now = requested_season(request, selectors.current_season), clock.now()
    lines = selectors.calendar_lines(season, now) if season else []
    following = next((line for line in lines if line.state in ("ahead", "weekend")), None)
    is_by_month = request.GET.get("view") == "month"
    context = {
        "races": [line.race for line in lines],
        "next_race": following.race if following else None,
        "timetable": selectors.race_timetable(following.race) if following else [],
        "ahead": [line for line in lines if line.is_ahead and line != following],
        "over": [line for line in reversed(lines) if not line.is_ahead],
        "months": _months(lines) if is_by_month else [],
        "is_by_month": is_by_month,
        "today": timezone.localtime(now).date(),
    }
    return _page(request, "races/calendar.html", season, **context)


def _months(lines: list[selectors.CalendarLine]) -> list[dict[str, Any]]:
    """Each month with its weeks of (day, race on that day, whether it is in a race weekend), and its races."""
    counting = [line for line in lines if line.counts]
    by_day = {line.race.race_date: line for line in counting}
    weekends = {
        line.first_day + timedelta(days=number)
        for line in counting
        for number in range((line.race.race_date - line.first_day).days + 1)
    }
    return [
        {
            "first": first,
            "weeks": [[(day, by_day.get(day), day in weekends) if day else None for day in week] for week in weeks],
            "lines": [line for day, line in by_day.items() if (day.year, day.month) == (first.year, first.month)],
        }
        for first, weeks in rules.months_between(by_day)
    ]


@require_safe
@in_language_of_url
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
        "gainers": _gainers(classification) if classification else [],
        "entries": [] if classification else selectors.entries_of(race),
    }
    return render(request, "races/race.html", context)


def _gainers(classification: Classification) -> list[Result]:
    """Return the results of the cars that gained most places since the start."""
    gained = [result for result in classification.results.all() if result.gained and result.gained > 0]
    return sorted(gained, key=lambda result: -(result.gained or 0))[:SHOWN_GAINERS]


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
