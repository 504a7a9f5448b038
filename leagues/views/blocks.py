"""Pages of blocks: whom you have blocked, and the link in invitations by e-mail, which works without signing in."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import SignedInRequest
from core import clock
from core.errors import Refused
from core.undo import offer

from .. import services, undos, unsubscribing
from ..models import Block, Invitation
from ..selectors import blocks_of, invitation_by_token, is_address_blocked


@login_required
@require_safe
def blocks(request: SignedInRequest) -> HttpResponse:
    """List the people and leagues that the user has blocked."""
    return render(request, "leagues/blocks.html", {"blocks": blocks_of(request.user)})


@login_required
@require_POST
def block(request: SignedInRequest, token: str) -> HttpResponse:
    """Block the sender of an invitation, or with `what=league` its league."""
    invitation = invitation_by_token(token, request.user)
    if invitation is None:
        raise Http404
    now = clock.now()
    try:
        block = _block(request, invitation, now)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        sentence = _("Blocked. Nobody is told.")
        if block is None or block.created_at != now:  # There is nobody to block, or the block is older.
            messages.success(request, sentence)
        else:
            offer(request, sentence, undos.BLOCKED, block=block.pk)
    return redirect("leagues:blocks")


@login_required
@require_POST
def unblock(request: SignedInRequest, pk: int) -> HttpResponse:
    block = get_object_or_404(blocks_of(request.user), pk=pk)
    what = {"person": block.blocked_user_id, "league": block.league_id, "blocked_at": block.created_at.isoformat()}
    services.unblock(block=block)
    offer(request, _("Unblocked."), undos.UNBLOCKED, **what)
    return redirect("leagues:blocks")


@require_http_methods(["GET", "HEAD", "POST"])
def stop_invitations(request: HttpRequest, token: str) -> HttpResponse:
    """Send no more invitations to the address of an invitation: of its league, or of all. Or send them again."""
    invitation = _invitation_or_404(token)
    if request.method == "POST":
        _stop(invitation, request.POST.get("from", ""))
        return redirect("leagues:stop_invitations", token)
    blocked_by = {
        "is_league_blocked": is_address_blocked(invitation.email, league=invitation.league),
        "is_everybody_blocked": is_address_blocked(invitation.email, league=None),
    }
    return render(request, "leagues/stop_invitations.html", {"league": invitation.league, **blocked_by})


def _block(request: SignedInRequest, invitation: Invitation, now: datetime) -> Block | None:
    if request.POST.get("what") == "league":
        return services.block_league(user=request.user, league=invitation.league, now=now)
    if invitation.invited_by is not None:
        return services.block_sender(user=request.user, sender=invitation.invited_by, now=now)
    return None


def _invitation_or_404(token: str) -> Invitation:
    try:
        pk = unsubscribing.read(token)
    except BadSignature as error:
        raise Http404 from error
    return get_object_or_404(Invitation.objects.exclude(email="").select_related("league"), pk=pk)


def _stop(invitation: Invitation, source: str) -> None:
    if source == "nobody":
        services.unblock_address(address=invitation.email)
    elif source in ("league", "everybody"):
        league = invitation.league if source == "league" else None
        services.block_address(address=invitation.email, league=league, now=clock.now())
