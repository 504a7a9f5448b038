"""Pages of scores: corrections, driver rankings, records. Pages that show more are in `fantasyf1.pages`."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from core import clock
from drafts.selectors import draft_of
from leagues.http import visible_league_and_role_or_404, visible_league_or_404
from leagues.selectors import current_settings, leagues_of
from races.models import Race
from races.selectors import latest_entries, latest_season_with_results, real_seasons, season_for_year

from .charts import best_weeks_chart, champions_chart, race_places_chart, season_averages_chart, win_strips
from .corrections import corrections
from .forms import PRESET_SCORINGS, HeadToHeadForm, RankingForm
from .leaderboards import driver_rankings
from .records import records_of


@require_safe
def league_corrections(request: HttpRequest, pk: int, race_pk: int) -> HttpResponse:
    """What each correction of a race changed in one league."""
    league = visible_league_or_404(request, pk)
    race = get_object_or_404(Race, pk=race_pk, season=league.season_id)
    draft = draft_of(league, race)
    if draft is None:
        raise Http404
    context = {
        "league": league,
        "race": race,
        "corrections": corrections(race, [league]),
        "settings": draft.settings or current_settings(league),
    }
    return render(request, "scoring/league_corrections.html", context)


@login_required
@require_safe
def race_corrections(request: SignedInRequest, race_pk: int) -> HttpResponse:
    """What the corrections of a race changed in each of the user's leagues."""
    race = get_object_or_404(Race.objects.select_related("season"), pk=race_pk)
    found = corrections(race, list(leagues_of(request.user).filter(season=race.season_id)))
    return render(request, "scoring/race_corrections.html", {"race": race, "corrections": found})


@require_safe
def records(request: HttpRequest, pk: int) -> HttpResponse:
    """The records of a league over all its seasons; `?player=` and `?other=` compare two constructors' players."""
    league, role = visible_league_and_role_or_404(request, pk)
    found = records_of(league, request.user, clock.now())
    form = HeadToHeadForm(request.GET if "player" in request.GET else None, people=found.people)
    pair = form.pair() if form.is_valid() else None
    context = {
        "league": league,
        "records": found,
        "win_strips": win_strips(found, found.visible),
        "champions_chart": champions_chart(found),
        "best_weeks_chart": best_weeks_chart(found),
        "form": form,
        "pair": pair,
        "head_to_head": found.head_to_head(*pair) if pair else None,
        "visible": found.visible,
        "is_inside": request.user.is_superuser or role is not None,
    }
    return render(request, "scoring/records.html", context)


@require_safe
def honours(request: HttpRequest, pk: int, constructor_pk: int) -> HttpResponse:
    """What one player has achieved in a league over all its seasons. The URL names one of their constructors."""
    league = visible_league_or_404(request, pk)
    found = records_of(league, request.user, clock.now())
    player = found.player_of(constructor_pk)
    if player is None:
        raise Http404
    honours = found.honours(player)
    context = {
        "league": league,
        "records": found,
        "honours": honours,
        "season_averages_chart": season_averages_chart(honours),
        "race_places_chart": race_places_chart(honours.all_time.totals.places if honours.all_time else ()),
        "best_weeks_chart": best_weeks_chart(found, player),
        "visible": found.visible,
    }
    return render(request, "scoring/honours.html", context)


@require_safe
def rankings(request: HttpRequest) -> HttpResponse:
    """All drivers of a season by their points under a rule set. Public."""
    form = RankingForm(request.GET or None)
    form.is_valid()
    year = form.cleaned_data.get("season") if form.is_bound else None
    season = season_for_year(year) if year else latest_season_with_results(clock.now())
    rows = driver_rankings(season, form.rule_set()) if season else []
    context = {
        "season": season,
        "seasons": real_seasons(),
        "rows": rows,
        "entry_of": {entry.driver.ref: entry for entry in latest_entries(season)} if season and rows else {},
        "kinds": [(kind, label.partition(":")[0]) for kind, label in PRESET_SCORINGS],
        "rule_set": form.rule_set(),
    }
    return render(request, "scoring/rankings.html", context)
