"""The dashboard of a signed-in user: their turns, the next lock, their leagues, invitations and news."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.http import SignedInRequest
from accounts.services import calendar_token
from core import clock
from core.web.offline import available_offline
from core.web.site import absolute_url
from drafts.notification_kinds import HALF_CLOCK, ON_DECK, PICK_MISSING, YOUR_TURN
from leagues.forms import JoinForm
from leagues.models import SettingsVersion
from leagues.notification_kinds import INVITATION
from leagues.selectors import invitations_to
from notifications.selectors import notifications_of
from races.selectors import current_season, next_race

from .own_leagues import drafts_with_own_turn, next_lock, own_leagues

NEWS = 5
# What the rest of the page says as it is now.
SAID_ELSEWHERE = {kind.name for kind in (YOUR_TURN, ON_DECK, HALF_CLOCK, PICK_MISSING, INVITATION)}


@available_offline
@login_required
@require_safe
def my_leagues(request: SignedInRequest) -> HttpResponse:
    """The dashboard. Someone without a league sees the ways into the game, and the next race."""
    now = clock.now()
    leagues = own_leagues(request.user, now)
    context: dict[str, Any] = {
        "leagues": leagues,
        "turns": [own for own in leagues if own.turn.can_pick],
        "next_lock": next_lock(leagues, now),
        "invitations": invitations_to(request.user, now),
        "news": notifications_of(request.user).exclude(kind__in=SAID_ELSEWHERE)[:NEWS],
        "join_form": JoinForm(),
        "calendar_url": absolute_url(reverse("drafts:calendar", args=[calendar_token(request.user)])),
        "now": now,
    }
    if not leagues:
        season = current_season(now)
        context["race"] = next_race(season, now) if season else None
        context["sentences"] = SettingsVersion().in_short
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
