"""Pages to continue a league in the next season and to restore an archived one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import SignedInRequest
from core import clock
from core.errors import Refused
from core.web.forms import add_refusal
from races.selectors import current_year

from .. import services
from ..forms import ContinueForm
from ..http import accessible_league_or_404
from ..selectors import can_transfer_management, current_settings, reason_not_to_continue


@login_required
def continue_league(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask how the league continues in the next season; on POST continue it."""
    league, now = accessible_league_or_404(request, pk), clock.now()
    if not can_transfer_management(request.user, league):
        raise PermissionDenied
    form = ContinueForm(request.POST or None, league=league, settings=current_settings(league))
    if request.method == "POST" and form.is_valid():
        try:
            continued = services.continue_league(
                league=league,
                by=request.user,
                name=form.cleaned_data["name"],
                first_order=form.cleaned_data["first_order"],
                settings=form.settings(),
                now=now,
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            sentence = _("“%(league)s” continues in %(season)s. Its members are asked whether they play again.")
            messages.success(request, sentence % {"league": continued.name, "season": continued.season})
            return redirect("pages:league_home", continued.pk)
    reason = reason_not_to_continue(league, now)
    context = {"league": league, "form": form, "year": current_year(now), "reason": reason[1] if reason else ""}
    return render(request, "leagues/continue.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def unarchive(request: SignedInRequest, pk: int) -> HttpResponse:
    league = accessible_league_or_404(request, pk)
    try:
        services.unarchive_league(league=league, by=request.user, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("“%(league)s” is active again.") % {"league": league.name})
    return redirect("leagues:settings", league.pk)
