"""The browser's door to scores: the league's front page, its races, a constructor's points, the drivers' ranking."""

from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from constructors.models import Constructor
from constructors.selectors import constructors_visible_to, own_constructor
from drafts.selectors import can_pick_now, current_draft, draft_of, opened_drafts, slot_on_the_clock
from fantasyf1.kit import clock
from leagues.forms import SettingsForm
from leagues.models import League
from leagues.selectors import can_manage, current_settings, is_member, leagues_visible_to
from races.models import Race
from races.selectors import current_season, real_seasons, season_for_year

from .forms import RankingForm
from .selectors import driver_rankings, leaderboard, preview, race_picks, race_scores_of, scored_picks


@require_safe
def league(request: HttpRequest, pk: int) -> HttpResponse:
    """The league's front page: where its draft stands, and its table."""
    league = _league(request, pk)
    draft = current_draft(league)
    own = own_constructor(request.user, league)
    now = clock.now()
    context = {
        "league": league,
        "draft": draft,
        "on_the_clock": slot_on_the_clock(draft) if draft else None,
        "can_pick": draft is not None and can_pick_now(draft, own, now),
        "own": own,
        "rows": leaderboard(league),
        "past": opened_drafts(league).exclude(pk=draft.pk if draft else 0).select_related("race")[:30],
        "is_member": is_member(request.user, league),
        "can_manage": can_manage(request.user, league),
        "settings": current_settings(league),
        "invitation_url": request.build_absolute_uri(reverse("leagues:invitation", args=[league.code])),
        "now": now,
    }
    return render(request, "scoring/league.html", context)


@require_safe
def league_race(request: HttpRequest, pk: int, race_pk: int) -> HttpResponse:
    """One race in one league: the table of the week, and what every pick brought."""
    league = _league(request, pk)
    race = get_object_or_404(Race, pk=race_pk, season=league.season_id)
    draft = draft_of(league, race)
    if draft is None:
        raise Http404
    context = {
        "league": league,
        "race": race,
        "draft": draft,
        "rows": leaderboard(league, race),
        "picks": race_picks(draft),
        "own": own_constructor(request.user, league),
    }
    return render(request, "scoring/league_race.html", context)


@require_safe
def constructor(request: HttpRequest, pk: int) -> HttpResponse:
    """A constructor's season: race by race, every pick with its points explained."""
    one = get_object_or_404(constructors_visible_to(request.user), pk=pk)
    scores = race_scores_of(one)
    races = [
        {"draft": draft, "race": draft.race, "picks": list(picks), "score": scores.get(draft.pk)}
        for draft, picks in groupby(scored_picks(one), key=lambda pick: pick.draft)
    ]
    context = {
        "constructor": one,
        "league": one.league,
        "races": races,
        "standing": _standing(one),
        "is_own": request.user.is_authenticated and one.owner_id == request.user.pk,
    }
    return render(request, "scoring/constructor.html", context)


def _standing(constructor: Constructor) -> dict[str, Any] | None:
    rows = leaderboard(constructor.league)
    return next((row for row in rows if row["constructor_id"] == constructor.pk), None)


@require_safe
def drivers(request: HttpRequest) -> HttpResponse:
    """All drivers of a season by their points under a set of rules: open to everybody."""
    form = RankingForm(request.GET or None)
    form.is_valid()
    year = form.cleaned_data.get("season") if form.is_bound else None
    season = season_for_year(year) if year else current_season(clock.now())
    context = {
        "form": form,
        "season": season,
        "seasons": real_seasons(),
        "rows": driver_rankings(season, form.rule_set()) if season else [],
        "scoring": form.rule_set().kind,
        "sprints": form.rule_set().sprints,
    }
    return render(request, "scoring/drivers.html", context)


@login_required
def scoring_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the rules in the settings form would have given in the last race."""
    league = _league(request, pk)
    if not can_manage(request.user, league):
        raise Http404
    form = SettingsForm(request.POST or None, instance=current_settings(league))
    rule_set = form.rule_set() if request.method == "POST" and form.is_valid() else current_settings(league).rule_set
    race, rows = preview(league.season, rule_set)
    context = {"league": league, "form": form, "race": race, "rows": rows, "rule_set": rule_set}
    return render(request, "scoring/preview.html", context, status=422 if form.errors else 200)


def _league(request: HttpRequest, pk: int) -> League:
    return get_object_or_404(leagues_visible_to(request.user).select_related("season", "creator"), pk=pk)
