"""Pages of a league's settings: show and change them, archive the league, delete it."""

from copy import copy

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
from ..http import accessible_league_and_role_or_404, accessible_league_or_404
from ..models import League
from ..selectors import (
    SettingsChange,
    can_manage_as,
    has_drafted,
    leads_as,
    scoring_examples,
    settings_history,
    skipped_races,
    successor_of,
)


@login_required
def settings(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show and change the league, its settings and their earlier versions."""
    league, role = accessible_league_and_role_or_404(request, pk)
    history = settings_history(league)
    if league.archived_at is not None or not can_manage_as(request.user, role):
        return _settings_page(request, league, role, history)
    saves_rules = "save_rules" in request.POST
    # The forms change their instances, also when a value is refused: the page shows what is stored.
    rules_form = SettingsForm(request.POST if saves_rules else None, instance=copy(history[0].version))
    league_form = LeagueForm(request.POST if "save_league" in request.POST else None, instance=copy(league))
    form = rules_form if saves_rules else league_form
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, league, rules_form if saves_rules else None, league_form)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return redirect("leagues:settings", league.pk)
    rules_form.examples = scoring_examples(rules_form.rule_sets())
    return _settings_page(request, league, role, history, rules_form, league_form)


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
    role: str | None,
    history: list[SettingsChange],
    rules_form: SettingsForm | None = None,
    league_form: LeagueForm | None = None,
) -> HttpResponse:
    leads = leads_as(request.user, role)
    has_errors = any(form is not None and form.errors for form in (rules_form, league_form))
    context = {
        "league": league,
        "settings": history[0].version,
        "history": history,
        "rules_form": rules_form,
        "league_form": league_form,
        "can_manage": rules_form is not None,
        "manages": can_manage_as(request.user, role),
        "skipped": skipped_races(league),
        "can_delete": leads and not has_drafted(league),
        "can_archive": leads and league.archived_at is None,
        "can_unarchive": leads and league.archived_at is not None and successor_of(league) is None,
    }
    return render(request, "leagues/settings.html", context, status=422 if has_errors else 200)


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
