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
from leagues.http import managed_league_or_404
from leagues.selectors import skipped_races as skips_of
from races.models import Race

from .. import services
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
    is_restored = "restore" in request.POST
    change = services.restore_race if is_restored else services.skip_race
    try:
        change(league=league, race=race, by=request.user, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        sentence = _("The league drafts for the %(race)s.") if is_restored else _("The league skips the %(race)s.")
        messages.success(request, sentence % {"race": race.name})
    return redirect("drafts:skipped_races", league.pk)
