"""The page on which managers decide which races their league skips."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from core import clock
from core.errors import Refused
from core.undo import offer
from leagues.http import managed_league_or_404
from leagues.models import League
from leagues.selectors import skipped_races as skips_of
from races.models import Race

from .. import services, undos
from ..selectors import races_ahead


@login_required
@require_safe
def skipped_races(request: SignedInRequest, league_pk: int) -> HttpResponse:
    """List the races to come, with a button to skip each of them or to draft for it after all."""
    league = managed_league_or_404(request, league_pk)
    skipped = set(skips_of(league).values_list("race", flat=True))
    races = [(race, race.pk in skipped) for race in races_ahead(league, clock.now())]
    return render(request, "drafts/skipped_races.html", {"league": league, "races": races})


@login_required
@require_POST
def skip_race(request: SignedInRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """Skip the race, or with `restore` in the form, draft for it after all."""
    league = managed_league_or_404(request, league_pk)
    race = get_object_or_404(Race, pk=race_pk, season=league.season_id)
    change = _restore if "restore" in request.POST else _skip
    try:
        change(request, league, race)
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect("drafts:skipped_races", league.pk)


def _restore(request: SignedInRequest, league: League, race: Race) -> None:
    services.restore_race(league=league, race=race, by=request.user, now=clock.now())
    sentence = _("The league drafts for the %(race)s.") % {"race": race.name}
    offer(request, sentence, undos.RACE_RESTORED, league=league.pk, race=race.pk)


def _skip(request: SignedInRequest, league: League, race: Race) -> None:
    can_undo = services.skip_race(league=league, race=race, by=request.user, now=clock.now())
    sentence = _("The league skips the %(race)s.") % {"race": race.name}
    if can_undo:
        offer(request, sentence, undos.RACE_SKIPPED, league=league.pk, race=race.pk)
    else:
        messages.success(request, sentence)
