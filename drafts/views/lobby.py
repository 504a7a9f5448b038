"""The lobby of a league's first draft: who is here, Ready, a nudge, the invitation, and the start.

Without JavaScript the page shows the same; with it, who is here and the countdown follow by themselves.
"""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from core import clock
from core.errors import Refused
from core.web.qr import qr_data_uri
from core.web.site import absolute_url
from leagues.forms import FirstDraftForm
from leagues.http import accessible_league_or_404, managed_league_or_404
from leagues.selectors import can_manage, current_settings
from leagues.services import plan_first_draft

from .. import services
from ..models import Draft
from ..rules import ClockKind, clock_sentence
from ..selectors import Lobby, current_draft, follows_last_season, has_lobby, lobby_of


@login_required
@never_cache
@require_safe
def lobby(request: SignedInRequest, league_pk: int) -> HttpResponse:
    """Show the lobby. Once the draft is open, lead to its room; without a draft, to the league."""
    draft = _draft_or_none(request, league_pk)
    if draft is None:
        return redirect("pages:league_home", league_pk)
    if not has_lobby(draft):
        return redirect("drafts:room", league_pk, draft.race_id)
    return render(request, "drafts/lobby.html", _context(request, draft))


@login_required
@never_cache
@require_safe
def live_partial(request: SignedInRequest, league_pk: int) -> HttpResponse:
    """Render the parts of the lobby that change; 204 if `?seen=` is their current version."""
    draft = _draft_or_none(request, league_pk)
    if draft is None or not has_lobby(draft):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("drafts:lobby", args=[league_pk])})
    found = lobby_of(draft)
    if request.GET.get("seen") == found.version:
        return HttpResponse(status=204)
    return render(request, "drafts/_lobby_live.html", _live_context(request, draft, found) | {"is_swap": True})


@login_required
@require_POST
def ready(request: SignedInRequest, league_pk: int) -> HttpResponse:
    """Say that the player is ready, or with `ready=no` that they are not."""
    is_ready = request.POST.get("ready") != "no"

    def act(draft: Draft) -> str:
        services.set_ready(draft=draft, by=request.user, is_ready=is_ready, now=clock.now())
        return _("You are ready.") if is_ready else _("You are no longer ready.")

    return _act(request, _draft_or_404(request, league_pk), act)


@login_required
@require_POST
def nudge(request: SignedInRequest, league_pk: int) -> HttpResponse:
    """Tell those who are missing that the lobby waits."""

    def act(draft: Draft) -> str:
        count = services.nudge(draft=draft, by=request.user, now=clock.now())
        return ngettext("Nudged %(count)s person.", "Nudged %(count)s people.", count) % {"count": count}

    return _act(request, _draft_or_404(request, league_pk), act)


@login_required
@require_POST
def start(request: SignedInRequest, league_pk: int) -> HttpResponse:
    """Start the draft, for managers."""
    managed_league_or_404(request, league_pk)

    def act(draft: Draft) -> str:
        services.start_draft(draft=draft, by=request.user, now=clock.now())
        return _("The draft has started.")

    return _act(request, _draft_or_404(request, league_pk), act)


@login_required
@require_POST
def plan(request: SignedInRequest, league_pk: int) -> HttpResponse:
    """Change how the draft starts and how many bots play, for managers."""
    league = managed_league_or_404(request, league_pk)
    form = FirstDraftForm(request.POST)

    def act(draft: Draft) -> str:
        start, bots = form.cleaned_data["first_draft_start"], form.cleaned_data["bots_up_to"]
        plan_first_draft(league=league, by=request.user, start=start, bots_up_to=bots, now=clock.now())
        return _("Saved.")

    if not form.is_valid():
        messages.error(request, _("Some fields are missing or not valid. Please try again."))
        return redirect("drafts:lobby", league_pk)
    return _act(request, _draft_or_404(request, league_pk), act)


def _act(request: SignedInRequest, draft: Draft, act: Callable[[Draft], str]) -> HttpResponse:
    try:
        messages.success(request, act(draft))
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect("drafts:lobby", draft.league_id)


def _draft_or_none(request: SignedInRequest, league_pk: int) -> Draft | None:
    return current_draft(accessible_league_or_404(request, league_pk))


def _draft_or_404(request: SignedInRequest, league_pk: int) -> Draft:
    draft = _draft_or_none(request, league_pk)
    if draft is None:
        raise Http404
    return draft


def _live_context(request: SignedInRequest, draft: Draft, found: Lobby) -> dict[str, Any]:
    own = found.own(request.user)
    return {
        "draft": draft,
        "league": draft.league,
        "race": draft.race,
        "lobby": found,
        "own": own,
        "can_manage": can_manage(request.user, draft.league),
        "now": clock.now(),
    }


def _context(request: SignedInRequest, draft: Draft) -> dict[str, Any]:
    league, settings, found = draft.league, current_settings(draft.league), lobby_of(draft)
    invitation_url = absolute_url(reverse("pages:invitation", args=[league.code]))
    form = FirstDraftForm(initial={"first_draft_start": league.first_draft_start, "bots_up_to": settings.bots_up_to})
    return _live_context(request, draft, found) | {
        "settings": settings,
        "clock_sentence": clock_sentence(
            kind=cast("ClockKind", settings.clock),
            seconds=settings.clock_seconds,
            picks=settings.picks_per_race,
            autopicks=settings.autopicks,
        ),
        "follows_last_season": follows_last_season(draft),
        "invitation_url": invitation_url,
        "qr_code": qr_data_uri(invitation_url),
        "form": form,
    }
