"""Pages of leagues: my leagues, league home, the standings as CSV, races in a league, and constructors."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from accounts.services import calendar_token
from constructors.models import Constructor
from constructors.selectors import constructors_visible_to, own_constructor, own_constructors
from core import clock
from core.web.downloads import attachment_response, to_csv
from core.web.offline import available_offline
from core.web.site import absolute_url
from drafts.models import Draft, Pick
from drafts.selectors import UNLOCKED_STATES, Turn, draft_of, openings, turns_of
from leagues.forms import JoinForm
from leagues.http import visible_league_or_404
from leagues.models import League
from leagues.selectors import current_settings, invitations_to, leagues_visible_to, with_players
from races.models import Race
from scoring.leaderboards import leaderboard
from scoring.selectors import Row, leaderboard_as_of, race_picks, race_scores_of, scored_picks, standings_csv_rows

from .forms import AsOfForm
from .selectors import (
    DraftSummary,
    current_and_past,
    draft_summaries,
    drafts_with_own_turn,
    own_leagues,
    season_links,
)
from .social_cards import league_card_url


@available_offline
@login_required
@require_safe
def my_leagues(request: SignedInRequest) -> HttpResponse:
    """The user's leagues, with their rank in each and whose turn it is."""
    calendar = reverse("drafts:calendar", args=[calendar_token(request.user)])
    now = clock.now()
    context = {
        "leagues": own_leagues(request.user, now),
        "invitations": invitations_to(request.user, now),
        "join_form": JoinForm(),
        "calendar_url": absolute_url(calendar),
        "now": now,
    }
    return render(request, "pages/my_leagues.html", context)


@login_required
@require_safe
def next_turn(request: SignedInRequest) -> HttpResponse:
    """Lead to the draft in which it is the user's turn, or else to their leagues. For a shortcut of the app."""
    drafts = drafts_with_own_turn(request.user, clock.now())
    return redirect("drafts:room", drafts[0].league_id, drafts[0].race_id) if drafts else redirect("pages:my_leagues")


@login_required
@never_cache
@require_safe
def turn_count(request: SignedInRequest) -> HttpResponse:
    """In how many drafts it is the user's turn, for the badge of the app's icon."""
    return JsonResponse({"count": len(drafts_with_own_turn(request.user, clock.now()))})


@available_offline
@require_safe
def league_home(request: HttpRequest, pk: int) -> HttpResponse:
    """League home: the state of the current draft, and the season standings, with `?as_of=` those of an earlier day."""
    league, own = _league_and_own(request, pk)
    lines = draft_summaries(league, own)
    draft, past = current_and_past(lines)
    now = clock.now()
    form = AsOfForm(request.GET if "as_of" in request.GET else None)
    as_of = form.moment(before=now)
    context = {
        "league": league,
        "draft": draft,
        "settings": (draft.settings or current_settings(league)) if draft else None,
        "opening": openings([draft]).get(draft.pk) if draft else None,
        "turn": turns_of([draft], [own] if own else [], now)[draft.pk] if draft else Turn(),
        "driver_out": _driver_out(lines, draft, now),
        "own": own,
        "rows": leaderboard_as_of(league, as_of) if as_of else leaderboard(league),
        "as_of": as_of,
        "as_of_form": form,
        "past": past[:30],
        "is_full": league.players >= league.capacity,
        "seasons": season_links(league, request.user, now) if _is_between_seasons(league, draft) else None,
        "is_inside": own is not None or request.user.is_superuser,
        "page_url": absolute_url(request.path),
        "card_url": league_card_url(league) if league.is_public else "",
        "invitation_url": absolute_url(reverse("pages:invitation", args=[league.code])),
        "now": now,
    }
    return render(request, "pages/league_home.html", context)


def _is_between_seasons(league: League, draft: Draft | None) -> bool:
    """Whether the league may have another season before or after this one to link to. Queries nothing."""
    is_idle = draft is None or draft.state not in UNLOCKED_STATES
    return is_idle or league.archived_at is not None or league.predecessor_id is not None


@require_safe
def standings_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The season standings as CSV."""
    rows = leaderboard(visible_league_or_404(request, pk))
    return attachment_response(to_csv(standings_csv_rows(rows)), "text/csv; charset=utf-8", "table.csv")


def _driver_out(lines: Iterable[DraftSummary], draft: Draft | None, now: datetime) -> str:
    """The held driver who is out of the shown draft and can still be replaced, or an empty text."""
    return next((line.driver_out for line in lines if line.draft == draft and now < line.draft.locks_at), "")


@available_offline
@require_safe
def league_race(request: HttpRequest, pk: int, race_pk: int) -> HttpResponse:
    """One race in one league: the standings of the race, and every pick with its points explained."""
    league = visible_league_or_404(request, pk)
    race = get_object_or_404(Race, pk=race_pk, season=league.season_id)
    draft = draft_of(league, race)
    if draft is None:
        raise Http404
    rows = leaderboard(league, race)
    context = {
        "league": league,
        "race": race,
        "draft": draft,
        "rows": rows,
        "lines": _explained(rows, race_picks(draft)),
        "page_url": absolute_url(request.path),
        "settings": draft.settings or current_settings(league),
        "own": own_constructor(request.user, league),
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
    constructor = get_object_or_404(constructors_visible_to(request.user), pk=pk)
    scores = race_scores_of(constructor)
    races = [
        {"draft": draft, "picks": list(picks), "score": scores.get(draft.pk)}
        for draft, picks in groupby(scored_picks(constructor), key=lambda pick: pick.draft)
    ]
    context = {
        "constructor": constructor,
        "league": constructor.league,
        "races": races,
        "standing": _standing(constructor),
        "is_own": request.user.is_authenticated and constructor.owner_id == request.user.pk,
    }
    return render(request, "pages/constructor.html", context)


def _standing(constructor: Constructor) -> dict[str, Any] | None:
    rows = leaderboard(constructor.league)
    return next((row for row in rows if row["constructor_id"] == constructor.pk), None)


def _league_and_own(request: HttpRequest, pk: int) -> tuple[Any, int | None]:
    """The league with `players`, and the id of the user's own constructor in it. One query for both."""
    own = own_constructors(request.user).filter(league=OuterRef("pk")).values("pk")
    visible = with_players(leagues_visible_to(request.user)).annotate(own=Subquery(own))
    league = visible.filter(pk=pk).first()
    if league is None:
        raise Http404
    return league, league.own
