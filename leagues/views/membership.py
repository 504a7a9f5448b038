"""Pages of a league's members: list them, change their roles, remove them, and leave."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import SignedInRequest
from accounts.models import User
from core import clock
from core.errors import Refused
from core.undo import offer
from core.web.forms import add_refusal
from core.web.site import absolute_url

from .. import services, undos
from ..forms import InvitationForm, RemoveForm, RoleForm
from ..http import accessible_league_and_role_or_404, accessible_league_or_404, managed_league_or_404
from ..models import Invitation, League, Membership
from ..selectors import (
    active_members,
    bans_of,
    can_transfer_management,
    current_settings,
    invitations_of,
    leads,
    manages,
    newcomer_sentence,
)

# How many sent invitations the page lists: more than may be pending at once.
LISTED = 100


@login_required
def members(request: SignedInRequest, pk: int) -> HttpResponse:
    """List the members; the manager assigns roles."""
    league = accessible_league_or_404(request, pk)
    if request.method == "POST":
        return _change_role(request, league)
    return members_page(request, league)


def members_page(request: SignedInRequest, league: League, form: InvitationForm | None = None) -> HttpResponse:
    """Render the members; for managers also the pending invitations and the invitation form."""
    current = list(active_members(league))
    own = next((member for member in current if member.user_id == request.user.pk), None)
    is_managed = request.user.is_superuser or manages(own)
    sent = list(invitations_of(league)[:LISTED]) if is_managed else []
    context = {
        "league": league,
        "members": current,
        "places": _places_text(len(current), league.capacity),
        "bots_up_to": current_settings(league).bots_up_to,
        "own": own,
        "can_manage": is_managed,
        "bans": bans_of(league) if is_managed else None,
        "can_transfer_management": request.user.is_superuser or leads(own),
        "is_full": len(current) >= league.capacity,
        "is_alone": len(current) == 1,
        "invitations": [invitation for invitation in sent if invitation.state == Invitation.State.PENDING],
        "answered": [invitation for invitation in sent if invitation.state != Invitation.State.PENDING],
        "form": (form or InvitationForm()) if is_managed else None,
        "invitation_url": absolute_url(reverse("pages:invitation", args=[league.code])),
    }
    return render(request, "leagues/members.html", context, status=422 if form and form.errors else 200)


def _places_text(players: int, capacity: int) -> str:
    sentence = ngettext("%(players)s of %(capacity)s place taken", "%(players)s of %(capacity)s places taken", capacity)
    return sentence % {"players": players, "capacity": capacity}


def _change_role(request: SignedInRequest, league: League) -> HttpResponse:
    form = RoleForm(request.POST)
    if form.is_valid():
        member = get_object_or_404(User, memberships__in=active_members(league), pk=form.cleaned_data["member"])
        try:
            services.set_role(league=league, by=request.user, user=member, role=form.cleaned_data["role"])
        except Refused as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, _("%(name)s has the new role.") % {"name": member.shown_name})
    return redirect("leagues:members", league.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: SignedInRequest, pk: int, user_pk: int) -> HttpResponse:
    """Ask whether a member becomes the manager, which the manager cannot take back; on POST make them that."""
    league = accessible_league_or_404(request, pk)
    if not can_transfer_management(request.user, league):
        raise Http404
    member = get_object_or_404(User, memberships__in=active_members(league), pk=user_pk)
    if request.method != "POST":
        return render(request, "leagues/hand_over.html", {"league": league, "member": member})
    try:
        services.transfer_management(league=league, by=request.user, to=member)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("%(name)s has the new role.") % {"name": member.shown_name})
    return redirect("leagues:members", league.pk)


@login_required
def remove(request: SignedInRequest, pk: int, user_pk: int) -> HttpResponse:
    """Ask for the reason, and whether the member can join again; then remove them."""
    league = managed_league_or_404(request, pk)
    member = get_object_or_404(User, memberships__in=active_members(league), pk=user_pk)
    form = RemoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.remove_member(league=league, by=request.user, user=member, now=clock.now(), **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            sentence = _("%(name)s is no longer in the league.")
            messages.success(request, sentence % {"name": member.shown_name})
            return redirect("leagues:members", league.pk)
    context = {"league": league, "member": member, "form": form}
    return render(request, "leagues/remove.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def lift_ban(request: SignedInRequest, pk: int, user_pk: int) -> HttpResponse:
    """Allow a removed member to join again."""
    league = managed_league_or_404(request, pk)
    ban = get_object_or_404(bans_of(league), user=user_pk)
    services.lift_ban(league=league, by=request.user, user=ban.user, now=clock.now())
    offer(
        request,
        _("%(name)s can join again.") % {"name": ban.user.shown_name},
        undos.BAN_LIFTED,
        league=league.pk,
        person=ban.user.pk,
        reason=ban.reason,
        banned_by=ban.by_id,
        banned_at=ban.created_at.isoformat(),
    )
    return redirect("leagues:members", league.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask whether to leave the league, and leave it. If the user is not a member, or has just left, says so with a 404
    page."""
    if request.method != "POST":
        return _ask_to_leave(request, pk)
    try:
        league = accessible_league_or_404(request, pk)
        services.leave_league(user=request.user, league=league, now=clock.now())
    except Http404:
        return _not_a_member(request)
    except Refused as refused:
        if refused.code == "not_member":  # On a double click the first request has just ended the membership.
            return _not_a_member(request)
        messages.error(request, refused.sentence)
        return redirect("leagues:members", pk)
    sentence = _("You have left “%(league)s”. Your picks and points stay in its history.")
    messages.success(request, sentence % {"league": league.name})
    return redirect("pages:my_leagues")


def _ask_to_leave(request: SignedInRequest, pk: int) -> HttpResponse:
    league, role = accessible_league_and_role_or_404(request, pk)
    if role is None:
        return _not_a_member(request)
    context = {"league": league, "role": role, "is_alone": active_members(league).count() == 1}
    return render(request, "leagues/leave.html", context)


def _not_a_member(request: HttpRequest) -> HttpResponse:
    return render(request, "leagues/not_in_it.html", status=404)


def welcome(request: HttpRequest, membership: Membership) -> HttpResponse:
    league = membership.league
    sentences = [_("Welcome to “%(league)s”.") % {"league": league.name}, newcomer_sentence(league)]
    messages.success(request, " ".join(filter(None, sentences)))
    return redirect("drafts:lobby", league.pk)
