"""Pages to invite people to a league, and to answer an invitation. The page of a link is in `fantasyf1.pages`."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from core import clock
from core.errors import Refused
from core.undo import offer
from core.web.forms import add_refusal

from .. import services, undos
from ..forms import ConstructorNameForm, InvitationForm
from ..http import managed_league_or_404
from ..models import Invitation
from ..selectors import (
    active_members,
    answered_invitations_to,
    current_settings,
    invitation_by_token,
    invitations_of,
    invitations_to,
    is_invitee,
    newcomer_sentence,
)
from .membership import members_page, welcome

# How many earlier invitations the page lists.
LISTED = 50


@login_required
@require_POST
def invite(request: SignedInRequest, pk: int) -> HttpResponse:
    """Invite a person by user name or e-mail address, in one field."""
    league = managed_league_or_404(request, pk)
    form = InvitationForm(request.POST)
    if form.is_valid():
        try:
            services.invite(league=league, by=request.user, now=clock.now(), **form.whom())
        except Refused as refused:
            form.add_error("who", refused.sentence)
        else:
            messages.success(request, _invited_sentence(form.whom()) % {"name": form.cleaned_data["who"]})
            return redirect("leagues:members", league.pk)
    return members_page(request, league, form)


def _invited_sentence(whom: Mapping[str, str]) -> str:
    if whom.get("email") and not settings.HAS_MAIL_SERVER:
        return _("%(name)s is invited, but this site cannot send e-mail. Send them the link of the league yourself.")
    return _("%(name)s is invited.")


@login_required
@require_POST
def cancel_invitation(request: SignedInRequest, pk: int, invitation_pk: int) -> HttpResponse:
    league = managed_league_or_404(request, pk)
    invitation = get_object_or_404(invitations_of(league), pk=invitation_pk)
    try:
        services.cancel_invitation(invitation=invitation, by=request.user, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        what = {"league": league.pk, "invitation": invitation.pk}
        offer(request, _("The invitation is cancelled."), undos.CANCELLED, **what)
    return redirect("leagues:members", league.pk)


@login_required
@require_safe
def received(request: SignedInRequest) -> HttpResponse:
    """List the invitations to the user: those to answer, and earlier ones."""
    now = clock.now()
    context = {
        "invitations": invitations_to(request.user, now),
        "answered": answered_invitations_to(request.user, now)[:LISTED],
    }
    return render(request, "leagues/invitations.html", context)


@login_required
def answer(request: SignedInRequest, token: str) -> HttpResponse:
    """Target of the link in an invitation: shows the league and lets the user accept or decline."""
    invitation = invitation_by_token(token, request.user)
    if invitation is None:
        raise Http404
    form = ConstructorNameForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return _answer(request, invitation, form.cleaned_data["constructor_name"])
        except Refused as refused:
            add_refusal(form, refused)
    context = {
        "invitation": invitation,
        "league": invitation.league,
        "form": form,
        "players": active_members(invitation.league).count(),
        "settings": current_settings(invitation.league),
        "newcomer_sentence": newcomer_sentence(invitation.league),
        "can_answer": invitation.can_be_answered(clock.now()) and is_invitee(invitation, request.user),
        "is_invitee": is_invitee(invitation, request.user),
    }
    return render(request, "leagues/invitation.html", context, status=422 if form.errors else 200)


def _answer(request: SignedInRequest, invitation: Invitation, constructor_name: str) -> HttpResponse:
    if "decline" in request.POST:
        services.decline_invitation(invitation=invitation, user=request.user, now=clock.now())
        sentence = _("You have declined the invitation to “%(league)s”.") % {"league": invitation.league.name}
        offer(request, sentence, undos.DECLINED, invitation=invitation.token)
        return redirect("pages:my_leagues")
    membership = services.accept_invitation(
        invitation=invitation, user=request.user, now=clock.now(), constructor_name=constructor_name
    )
    return welcome(request, membership)
