"""The lobby of a league's first draft: who is here, Ready, a nudge, the invitation, and the start.

Without JavaScript the page shows the same; with it, who is here and the countdown follow by themselves.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

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
from leagues.http import accessible_league_and_role_or_404, accessible_league_or_404, managed_league_or_404
from leagues.selectors import can_manage_as, current_settings
from leagues.services import plan_first_draft

from .. import services
from ..models import Draft
from ..rules import ClockKind, clock_sentence
from ..selectors import Lobby, current_draft, current_draft_and_opening, follows_last_season, lobby_of


class Visit(NamedTuple):
    """What a member sees: the current draft of the league, its lobby, if it has one, and whether they manage."""

    draft: Draft | None
    lobby: Lobby | None
    can_manage: bool


@login_required
@never_cache
@require_safe
def lobby(request: SignedInRequest, league_pk: int) -> HttpResponse:
    """Show the lobby. Once the draft is open, lead to its room; without a draft, to the league."""
    visit = _visit(request, league_pk)
    if visit.draft is None:
        return redirect("pages:league_home", league_pk)
    if visit.lobby is None:
        return redirect("drafts:room", league_pk, visit.draft.race_id)
    return render(request, "drafts/lobby.html", _context(request, visit.lobby, can_manage=visit.can_manage))


@login_required
@never_cache
@require_safe
def live_partial(request: SignedInRequest, league_pk: int) -> HttpResponse:
    """Render the parts of the lobby that change; 204 if `?seen=` is their current version."""
    visit = _visit(request, league_pk)
    if visit.lobby is None:
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("drafts:lobby", args=[league_pk])})
    if request.GET.get("seen") == visit.lobby.version:
        return HttpResponse(status=204)
    context = _live_context(request, visit.lobby, can_manage=visit.can_manage)
    return render(request, "drafts/_lobby_live.html", context | {"is_swap": True})


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


def _visit(request: SignedInRequest, league_pk: int) -> Visit:
    league, role = accessible_league_and_role_or_404(request, league_pk)
    draft, opening = current_draft_and_opening(league)
    found = lobby_of(draft, opening) if draft and opening and opening.is_first else None
    return Visit(draft, found, can_manage_as(request.user, role))


def _draft_or_404(request: SignedInRequest, league_pk: int) -> Draft:
    draft = current_draft(accessible_league_or_404(request, league_pk))
    if draft is None:
        raise Http404
    return draft


def _live_context(request: SignedInRequest, lobby: Lobby, *, can_manage: bool) -> dict[str, Any]:
    draft = lobby.draft
    return {
        "draft": draft,
        "league": draft.league,
        "race": draft.race,
        "lobby": lobby,
        "own": lobby.own(request.user),
        "can_manage": can_manage,
        "now": clock.now(),
    }


def _context(request: SignedInRequest, lobby: Lobby, *, can_manage: bool) -> dict[str, Any]:
    draft, league = lobby.draft, lobby.draft.league
    settings = current_settings(league)
    invitation_url = absolute_url(reverse("pages:invitation", args=[league.code]))
    form = FirstDraftForm(initial={"first_draft_start": league.first_draft_start, "bots_up_to": settings.bots_up_to})
    return _live_context(request, lobby, can_manage=can_manage) | {
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
