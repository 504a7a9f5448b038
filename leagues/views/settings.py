"""Pages of a league's settings: show and change them, archive the league, delete it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import SignedInRequest
from core import clock
from core.errors import Refused
from core.undo import offer
from core.web.forms import add_refusal

from .. import services, undos
from ..forms import LeagueForm, SettingsForm
from ..http import accessible_league_or_404
from ..models import League
from ..selectors import (
    can_delete,
    can_manage,
    can_transfer_management,
    current_settings,
    settings_history,
    skipped_races,
    successor_of,
)


@login_required
def settings(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show and change the league, its settings and their earlier versions."""
    league = accessible_league_or_404(request, pk)
    if league.archived_at is not None or not can_manage(request.user, league):
        return _settings_page(request, league)
    saves_rules = "save_rules" in request.POST
    rules_form = SettingsForm(request.POST if saves_rules else None, instance=current_settings(league))
    league_form = LeagueForm(request.POST if "save_league" in request.POST else None, instance=league)
    form = rules_form if saves_rules else league_form
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, league, rules_form if saves_rules else None, league_form)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return redirect("leagues:settings", league.pk)
    return _settings_page(request, League.objects.get(pk=pk), rules_form, league_form)


def _save(request: SignedInRequest, league: League, rules_form: SettingsForm | None, league_form: LeagueForm) -> None:
    by = request.user
    if rules_form is None:
        services.change_league(league=league, by=by, **league_form.cleaned_data)
        messages.success(request, _("The league is saved."))
        return
    services.change_settings(league=league, by=by, changes=rules_form.changes(), now=clock.now())
    messages.success(request, _("The rules are saved. They apply from the next draft that opens."))


def _settings_page(
    request: SignedInRequest,
    league: League,
    rules_form: SettingsForm | None = None,
    league_form: LeagueForm | None = None,
) -> HttpResponse:
    has_errors = any(form is not None and form.errors for form in (rules_form, league_form))
    context = {
        "league": league,
        "settings": current_settings(league),
        "history": settings_history(league),
        "rules_form": rules_form,
        "league_form": league_form,
        "can_manage": rules_form is not None,
        "manages": can_manage(request.user, league),
        "skipped": skipped_races(league),
        "can_delete": can_delete(request.user, league),
        "can_archive": league.archived_at is None and can_transfer_management(request.user, league),
        "can_unarchive": _can_unarchive(request, league),
    }
    return render(request, "leagues/settings.html", context, status=422 if has_errors else 200)


def _can_unarchive(request: SignedInRequest, league: League) -> bool:
    if league.archived_at is None or not can_transfer_management(request.user, league):
        return False
    return successor_of(league) is None


@login_required
@require_POST
def archive(request: SignedInRequest, pk: int) -> HttpResponse:
    league = accessible_league_or_404(request, pk)
    now = clock.now()
    try:
        services.archive_league(league=league, by=request.user, now=now)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        sentence = _("“%(league)s” is archived. You can still see its drafts and results.") % {"league": league.name}
        offer(request, sentence, undos.ARCHIVED, league=league.pk, archived_at=now.isoformat())
    return redirect("leagues:settings", league.pk)


@login_required
@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a league that has never drafted."""
    league = accessible_league_or_404(request, pk)
    try:
        services.delete_league(league=league, by=request.user, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("leagues:settings", pk)
    messages.success(request, _("“%(league)s” is deleted.") % {"league": league.name})
    return redirect("pages:my_leagues")
