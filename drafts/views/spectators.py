"""Spectator pages: a league's current draft under a secret URL, and the managers' page for the link."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from core import clock
from core.web.site import absolute_url
from leagues.http import managed_league_or_404
from leagues.models import League

from .. import services
from ..models import Draft
from ..selectors import (
    DraftOpening,
    DraftRoom,
    current_draft,
    draft_room,
    latest_picks,
    league_to_watch,
    openings,
    spectator_link,
)

# The page polls at this interval, without JavaScript by reloading. With JavaScript it also receives events at once.
RELOAD_SECONDS = 30
LAST_PICKS = 6


@never_cache
@require_safe
def watch(request: HttpRequest, token: str) -> HttpResponse:
    """Show the room of the league's current draft, read-only, to anybody with the secret URL."""
    return _spectator_page(request, token, "drafts/watch/room.html")


@never_cache
@require_safe
def wall(request: HttpRequest, token: str) -> HttpResponse:
    """The same for a big screen: who is on the clock, the countdown, and the last picks."""
    return _spectator_page(request, token, "drafts/watch/wall.html")


def _spectator_page(request: HttpRequest, token: str, template: str) -> HttpResponse:
    """Render the page; 204 if `?seen=` is its current version."""
    league = league_to_watch(token)
    if league is None:
        raise Http404
    now = clock.now()
    draft = current_draft(league)
    if draft is not None:
        draft = services.expire_turn_if_due(draft=draft, now=now)
    opening = openings([draft]).get(draft.pk) if draft else None
    version = _page_version(draft, opening, now)
    seen = request.GET.get("seen", version)
    if "seen" in request.GET and seen == version:
        response = HttpResponse(status=204)
    else:
        response = render(request, template, _context(league, draft, token, version, now) | {"opening": opening})
    if _draft_id_of(seen) != _draft_id_of(version):
        response["HX-Refresh"] = "true"  # Another draft has another event stream.
    # The URL is the credential: do not leak it in referrers or to search engines.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page_version(draft: Draft | None, opening: DraftOpening | None, now: datetime) -> str:
    """Return the version of the page. It changes whenever the rendered page would change."""
    if draft is None:
        return "none"
    passed = (opening is None or opening.opens_by <= now, draft.locks_at <= now, draft.race.expected_start <= now)
    return f"{draft.pk}-{draft.last_seq}-{draft.state}-{sum(passed)}"


def _draft_id_of(version: str) -> str:
    return version.partition("-")[0]


def _context(league: League, draft: Draft | None, token: str, version: str, now: datetime) -> dict[str, object]:
    room = draft_room(draft) if draft else None
    return {
        "league": league,
        "draft": draft,
        "room": room,
        "turn": room.turn_for(None, now) if room else None,
        "waiting": room.waiting[1:5] if room else [],
        "last_picks": latest_picks(draft).select_related("entry__team")[:LAST_PICKS] if draft else [],
        "has_two_clocks": draft is not None and draft.turn_ends_at is not None and draft.state == Draft.State.OPEN,
        "progress": _progress(room) if room else "",
        "page_version": version,
        "now": now,
        "reload_seconds": RELOAD_SECONDS,
        "token": token,
        "is_live": draft is not None and draft.state not in (Draft.State.SCORED, Draft.State.VOID),
    }


def _progress(room: DraftRoom) -> str:
    cells = [cell for _, row in room.rounds for cell in row]
    made = sum(cell.pick is not None for cell in cells)
    return _("%(made)s of %(total)s picked") % {"made": made, "total": len(cells)} if cells else ""


@login_required
@require_safe
def spectators(request: SignedInRequest, league_pk: int) -> HttpResponse:
    """The managers' page: whether the league can be watched, and the spectator URLs."""
    league = managed_league_or_404(request, league_pk)
    link = spectator_link(league)
    addresses = [absolute_url(reverse(name, args=[link.token])) for name in ("drafts:watch", "drafts:wall") if link]
    context = {"league": league, "link": link, "addresses": addresses}
    return render(request, "drafts/spectators.html", context)


@login_required
@require_POST
def renew_link(request: SignedInRequest, league_pk: int) -> HttpResponse:
    league = managed_league_or_404(request, league_pk)
    services.renew_spectator_link(league=league, by=request.user, now=clock.now())
    messages.success(request, _("The new link is ready. Older links no longer work."))
    return redirect("drafts:spectators", league.pk)


@login_required
@require_POST
def end_link(request: SignedInRequest, league_pk: int) -> HttpResponse:
    league = managed_league_or_404(request, league_pk)
    services.end_spectator_link(league=league, by=request.user, now=clock.now())
    messages.success(request, _("The link no longer works. Only league members can watch now."))
    return redirect("drafts:spectators", league.pk)
