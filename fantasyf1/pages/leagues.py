"""Pages of a league: league home, the standings as CSV, races in a league, and constructors."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from constructors.selectors import constructors_visible_to, own_constructor, own_constructors
from core import clock
from core.charts import Sparkline
from core.web.downloads import attachment_response, to_csv
from core.web.offline import available_offline
from core.web.site import absolute_url
from drafts.models import Draft, Pick
from drafts.selectors import UNLOCKED_STATES, Turn, openings, turns_of
from drafts.views.common import draft_or_404
from leagues.http import visible_league_or_404
from leagues.models import League
from leagues.rules import RuleSet
from leagues.selectors import activity_of, current_settings, leagues_visible_to, with_players
from races.models import Classification
from scoring.leaderboards import (
    leaderboard,
    leaderboard_and_progress,
    leaderboard_of_revision,
    score_version,
    season_progress,
)
from scoring.rules import hits_and_misses
from scoring.season_progress import (
    RaceNight,
    ScoredRace,
    average_pick_points,
    load_cars,
    points_by_pick_number,
)
from scoring.selectors import (
    Row,
    leaderboard_as_of,
    race_picks,
    race_scores_of,
    scored_picks,
    season_points,
    standings_csv_rows,
)

from .charts import (
    FORM_RACES,
    form_line,
    pick_numbers_chart,
    places_chart,
    points_chart,
    race_points_chart,
    race_strip,
)
from .forms import AsOfForm
from .selectors import (
    DraftSummary,
    HeldDriver,
    current_and_past,
    draft_summaries,
    held_drivers,
    revision_of_scored_race,
    season_links,
)
from .social_cards import league_card_url
from .standings import race_matrix, with_movement, with_season_places, with_ties

ACTIVITY_LINES = 4


@available_offline
@require_safe
def league_home(request: HttpRequest, pk: int) -> HttpResponse:
    """League home: the state of the current draft, and the season so far."""
    league, own, version = _league_and_own(request, pk)
    if "as_of" in request.GET:  # The standings were once on this page, so links in old messages lead here.
        return redirect(f"{reverse('pages:standings', args=[pk])}?{urlencode({'as_of': request.GET['as_of']})}")
    lines = draft_summaries(league, own)
    draft, past = current_and_past(lines)
    now = clock.now()
    rows, progress = leaderboard_and_progress(league, version=version)
    is_inside = own is not None or request.user.is_superuser
    context = {
        "league": league,
        "draft": draft,
        "settings": (draft.settings or current_settings(league)) if draft else None,
        "opening": openings([draft]).get(draft.pk) if draft else None,
        "turn": turns_of([draft], [own] if own else [], now)[draft.pk] if draft and draft.is_in_progress else Turn(),
        "driver_out": _driver_out(lines, draft, now),
        "own": own,
        "rows": with_movement(rows, progress),
        "places_chart": places_chart(progress, rows, own),
        **_last_race(progress.last, progress.last_night, rows, own),
        "activity": activity_of(league)[:ACTIVITY_LINES] if is_inside else (),
        "past": past,
        "is_full": league.players >= league.capacity,
        "seasons": season_links(league, request.user, now) if _is_between_seasons(league, draft) else None,
        "is_inside": is_inside,
        "page_url": absolute_url(request.path),
        "card_url": league_card_url(league) if league.is_public else "",
        "invitation_url": absolute_url(reverse("pages:invitation", args=[league.code])),
        "now": now,
    }
    return render(request, "pages/league_home.html", context)


def _last_race(race: ScoredRace | None, night: RaceNight, rows: Iterable[Row], own: int | None) -> dict[str, Any]:
    """What a page shows of a race: its strip, and its steal with the name of the constructor."""
    names = {row["constructor_id"]: row["constructor"] for row in rows}
    steal = night.steal
    pick = steal[1].pick if steal else None
    return {
        "last_race": race,
        "strip": race_strip(night, names, own),
        "steal": steal,
        "steal_holder": names.get(pick.constructor_id, "") if pick else "",
    }


def _is_between_seasons(league: League, draft: Draft | None) -> bool:
    """Whether the league may have another season before or after this one to link to. Queries nothing."""
    is_idle = draft is None or draft.state not in UNLOCKED_STATES
    return is_idle or league.archived_at is not None or league.predecessor_id is not None


@require_safe
def standings(request: HttpRequest, pk: int) -> HttpResponse:
    """The season standings in full and race by race, or those of an earlier day or of a revision of results."""
    league, own, version = _league_and_own(request, pk)
    earlier = EarlierStandings.requested(request.GET, league, clock.now())
    context: dict[str, Any] = {
        "league": league,
        "own": own,
        "earlier": earlier,
        "is_inside": own is not None or request.user.is_superuser,
    }
    if earlier.as_of:
        context |= {"rows": earlier.rows(version), "races": season_progress(league, version=version).races[::-1]}
    else:
        rows, progress = leaderboard_and_progress(league, version=version)
        context |= {
            "races": progress.races[::-1],
            "rows": with_ties(rows, progress),
            "matrix": race_matrix(rows, progress),
            "points_chart": points_chart(progress, rows, own),
            "pick_numbers_chart": pick_numbers_chart(points_by_pick_number(league)),
            "past": current_and_past(draft_summaries(league))[1],
        }
    return render(request, "pages/standings.html", context)


@dataclass(frozen=True)
class EarlierStandings:
    """The standings of a league as they were: at the end of a day, or once a revision of results was recorded.

    `as_of` is None for the current standings.
    """

    league: League
    form: AsOfForm
    revision: Classification | None
    as_of: datetime | None

    @classmethod
    def requested(cls, query: Mapping[str, str], league: League, now: datetime) -> "EarlierStandings":
        """What `?as_of=`, or `?race=` with `?revision=` or `?sprint=`, asks for. Raises 404 for an unknown revision."""
        form = AsOfForm(query if "as_of" in query else None)
        revision = _requested_revision(query, league)
        return cls(league, form, revision, revision.recorded_at if revision else form.moment(before=now))

    def rows(self, version: int | None = None) -> list[Row]:
        """The standings. `version` is that of the league's scores, if it was just read."""
        if self.revision:
            return leaderboard_of_revision(self.league, self.revision, version=version)
        return leaderboard_as_of(self.league, self.as_of) if self.as_of else leaderboard(self.league)


def _requested_revision(query: Mapping[str, str], league: League) -> Classification | None:
    kinds = {"revision": Classification.Kind.RACE, "sprint": Classification.Kind.SPRINT}
    name = next((name for name in kinds if name in query), None)
    if name is None or "race" not in query:
        return None
    revision = revision_of_scored_race(league, query["race"], kinds[name], query[name])
    if revision is None:
        raise Http404(_("There is no such revision."))
    return revision


@require_safe
def standings_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The season standings as CSV, or earlier ones, as the page of the standings shows them."""
    league = visible_league_or_404(request, pk)
    rows = EarlierStandings.requested(request.GET, league, clock.now()).rows()
    return attachment_response(to_csv(standings_csv_rows(rows)), "text/csv; charset=utf-8", "table.csv")


def _driver_out(lines: Iterable[DraftSummary], draft: Draft | None, now: datetime) -> str:
    """The held driver who is out of the shown draft and can still be replaced, or an empty text."""
    return next((line.driver_out for line in lines if line.draft == draft and now < line.draft.locks_at), "")


@available_offline
@require_safe
def league_race(request: HttpRequest, pk: int, race_pk: int) -> HttpResponse:
    """One race in one league: the standings of the race, and every pick with its points explained."""
    draft = draft_or_404(request, pk, race_pk)
    league, race, own = draft.league, draft.race, own_constructor(request.user, draft.league)
    version = score_version(league)
    rows = leaderboard(league, race, version=version)
    if rows:
        rows = with_season_places(rows, season_progress(league, version=version), race.pk)
    scored = ScoredRace(draft.pk, race.pk, race.name, {})
    context = {
        "league": league,
        "race": race,
        "draft": draft,
        "rows": rows,
        **_last_race(scored, RaceNight(load_cars(draft.pk) if rows else []), rows, own.pk if own else None),
        "lines": _explained(rows, race_picks(draft)),
        "page_url": absolute_url(request.path),
        "settings": draft.settings or current_settings(league),
        "own": own,
    }
    return render(request, "pages/league_race.html", context)


def _explained(rows: list[Row], picks: Iterable[Pick]) -> list[dict[str, Any]]:
    """Every constructor with its standings row and its picks, best first; before scoring, in draft order."""
    by_constructor: dict[int, list[Pick]] = {}
    for pick in picks:
        by_constructor.setdefault(pick.slot.constructor_id, []).append(pick)
    scored = {row["constructor_id"]: row for row in rows}
    return [
        {
            "anchor": f"constructor-{pk}",
            "constructor": by_constructor[pk][0].slot.constructor,
            "row": scored.get(pk),
            "picks": by_constructor[pk],
        }
        for pk in dict.fromkeys([*scored, *by_constructor])
        if pk in by_constructor
    ]


@available_offline
@require_safe
def constructor(request: HttpRequest, pk: int) -> HttpResponse:
    """A constructor's season: race by race, every pick with its points explained."""
    found = constructors_visible_to(request.user).annotate(version=F("league__score_version__version"))
    constructor: Any = get_object_or_404(found, pk=pk)
    scores = race_scores_of(constructor)
    races = [
        {"draft": draft, "picks": list(picks), "score": scores.get(draft.pk)}
        for draft, picks in groupby(scored_picks(constructor), key=lambda pick: pick.draft)
    ]
    rows, progress = leaderboard_and_progress(constructor.league, version=constructor.version or 0)
    drivers = held_drivers(pick for race in races for pick in race["picks"])
    context = {
        "constructor": constructor,
        "league": constructor.league,
        "races": races,
        "drivers": drivers,
        "form_lines": _form_lines(constructor.league, races, drivers),
        "standing": next((row for row in rows if row["constructor_id"] == constructor.pk), None),
        "season_chart": places_chart(progress, rows, constructor.pk),
        "is_own": request.user.is_authenticated and constructor.owner_id == request.user.pk,
        **_pick_summary(races),
    }
    return render(request, "pages/constructor.html", context)


def _form_lines(league: League, races: Sequence[dict[str, Any]], drivers: Iterable[HeldDriver]) -> dict[int, Sparkline]:
    """The form of these drivers under the rules of the latest of these races, by driver id."""
    settings = next((race["draft"].settings for race in races if race["draft"].settings), None)
    points = season_points(league.season, settings.rule_set if settings else RuleSet())
    ids = [driver.entry.driver_id for driver in drivers]
    return {pk: form_line(points.in_order(pk)[-FORM_RACES:]) for pk in ids}


def _pick_summary(races: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How the picks of the races that count did: as a chart, against the average, and the best and the worst."""
    counted = [race for race in races if race["score"] and race["draft"].state != Draft.State.VOID]
    picks = [pick for race in counted for pick in race["picks"] if hasattr(pick, "score")]
    average = average_pick_points({pick.draft_id for pick in picks})
    in_order = [(race["draft"].race.name, race["picks"]) for race in reversed(counted)]
    return {
        "race_points_chart": race_points_chart(in_order),
        "pick_record": hits_and_misses((pick.score.points, average[pick.draft_id]) for pick in picks),
        # Of equal ones, the best is the latest pick of its draft, and the worst the earliest.
        "best_pick": max(picks, key=lambda pick: (pick.score.points, pick.slot.number), default=None),
        "worst_pick": min(picks, key=lambda pick: (pick.score.points, pick.slot.number), default=None),
    }


def _league_and_own(request: HttpRequest, pk: int) -> tuple[Any, int | None, int]:
    """The league with `players`, the id of the user's constructor in it, and the version of its scores. One query."""
    own = own_constructors(request.user).filter(league=OuterRef("pk")).values("pk")
    visible = with_players(leagues_visible_to(request.user))
    visible = visible.annotate(own=Subquery(own), version=F("score_version__version"))
    league = visible.filter(pk=pk).first()
    if league is None:
        raise Http404
    return league, league.own, league.version or 0
