"""Pages to find, create, join, change and leave leagues, and to answer invitations."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from accounts.models import User
from core import clock
from core.errors import Refused
from core.web.forms import add_refusal
from races.selectors import current_season

from . import services
from .forms import AcceptForm, CreateLeagueForm, InvitationForm, JoinForm, LeagueForm, RoleForm, SettingsForm
from .http import managed_league_or_404
from .models import Invitation, League, Membership
from .selectors import (
    active_members,
    can_manage,
    can_transfer_management,
    current_settings,
    invitation_by_token,
    invitations_of,
    is_invitee,
    is_member,
    leagues_of,
    leagues_visible_to,
    membership_of,
    public_leagues,
)


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """List public leagues; `?q=` filters by a part of the name."""
    # PostgreSQL does not accept NUL in text, not even in a query.
    sought = request.GET.get("q", "").replace("\0", "").strip()[:60]
    leagues = public_leagues().filter(name__icontains=sought)[:50]
    own = set(leagues_of(request.user).values_list("pk", flat=True)) if request.user.is_authenticated else set()
    return render(request, "leagues/public.html", {"leagues": leagues, "sought": sought, "own": own})


@login_required
def create(request: SignedInRequest) -> HttpResponse:
    season = current_season(clock.now())
    form = CreateLeagueForm(request.POST or None)
    if request.method == "POST" and season and form.is_valid():
        try:
            league = services.create_league(
                creator=request.user,
                season=season,
                name=form.cleaned_data["name"],
                visibility=form.cleaned_data["visibility"],
                constructor_name=form.cleaned_data["constructor_name"],
                settings=form.settings(),
                key=form.cleaned_data["key"],
                now=clock.now(),
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"“{league.name}” is founded. Invite your friends with the code {league.code}.")
            return redirect("scoring:league_home", league.pk)
    return render(request, "leagues/create.html", {"form": form, "season": season}, status=422 if form.errors else 200)


@login_required
def join(request: SignedInRequest) -> HttpResponse:
    """Join with a code."""
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            membership = services.join_by_code(
                user=request.user,
                code=form.cleaned_data["code"],
                constructor_name=form.cleaned_data["constructor_name"],
                now=clock.now(),
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return _welcome(request, membership)
    return render(request, "leagues/join.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def invitation(request: SignedInRequest, code: str) -> HttpResponse:
    """Target of a league's invitation link: shows the league and the join form with the code filled in."""
    league = get_object_or_404(League, code=code.upper())
    if is_member(request.user, league):
        return redirect("scoring:league_home", league.pk)
    form = JoinForm(initial={"code": league.code})
    context = {
        "form": form,
        "league": league,
        "players": Membership.objects.active().filter(league=league).count(),
        "settings": current_settings(league),
    }
    return render(request, "leagues/join.html", context)


@login_required
@require_POST
def join_public(request: SignedInRequest, pk: int) -> HttpResponse:
    league = get_object_or_404(League, pk=pk, visibility=League.Visibility.PUBLIC)
    try:
        membership = services.join_league(user=request.user, league=league, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("leagues:public")
    return _welcome(request, membership)


def _welcome(request: HttpRequest, membership: Membership) -> HttpResponse:
    messages.success(request, f"Welcome to “{membership.league.name}”.")
    return redirect("scoring:league_home", membership.league_id)


@login_required
def members(request: SignedInRequest, pk: int) -> HttpResponse:
    """List the members; the manager assigns roles and transfers the management."""
    league = _league_or_404(request, pk)
    if request.method == "POST":
        return _change_role(request, league)
    return _members_page(request, league)


def _members_page(request: SignedInRequest, league: League, form: InvitationForm | None = None) -> HttpResponse:
    """Render the members; for managers also the pending invitations and the invitation form."""
    current = list(active_members(league))
    is_managed = can_manage(request.user, league)
    context = {
        "league": league,
        "members": current,
        "places": f"{len(current)} of {league.capacity} places taken",
        "own": membership_of(request.user, league),
        "can_transfer_management": can_transfer_management(request.user, league),
        "invitations": invitations_of(league).filter(state=Invitation.State.PENDING) if is_managed else None,
        "form": (form or InvitationForm()) if is_managed else None,
        "invitation_url": request.build_absolute_uri(reverse("leagues:invitation", args=[league.code])),
    }
    return render(request, "leagues/members.html", context, status=422 if form and form.errors else 200)


@login_required
@require_POST
def invite(request: SignedInRequest, pk: int) -> HttpResponse:
    """Invite a person by user name or e-mail address, in one field."""
    league = managed_league_or_404(request, pk)
    form = InvitationForm(request.POST)
    if form.is_valid():
        site = request.build_absolute_uri("/").rstrip("/")
        try:
            services.invite(league=league, by=request.user, now=clock.now(), site=site, **form.whom())
        except Refused as refused:
            form.add_error("who", refused.sentence)
        else:
            messages.success(request, f"{form.cleaned_data['who']} is invited.")
            return redirect("leagues:members", league.pk)
    return _members_page(request, league, form)


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
        messages.success(request, "The invitation is taken back.")
    return redirect("leagues:members", league.pk)


@login_required
def answer(request: SignedInRequest, token: str) -> HttpResponse:
    """Target of the link in an invitation: shows the league and lets the user accept or decline."""
    invitation = invitation_by_token(token, request.user)
    if invitation is None:
        raise Http404
    form = AcceptForm(request.POST if request.method == "POST" else None)
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
        "can_answer": invitation.can_be_answered(clock.now()) and is_invitee(invitation, request.user),
        "is_invitee": is_invitee(invitation, request.user),
    }
    return render(request, "leagues/invitation.html", context, status=422 if form.errors else 200)


def _answer(request: SignedInRequest, invitation: Invitation, constructor_name: str) -> HttpResponse:
    if "decline" in request.POST:
        services.decline_invitation(invitation=invitation, user=request.user, now=clock.now())
        messages.success(request, f"You have declined the invitation to “{invitation.league.name}”.")
        return redirect("scoring:my_leagues")
    membership = services.accept_invitation(
        invitation=invitation, user=request.user, now=clock.now(), constructor_name=constructor_name
    )
    return _welcome(request, membership)


@login_required
@require_POST
def archive(request: SignedInRequest, pk: int) -> HttpResponse:
    league = _league_or_404(request, pk)
    try:
        services.archive_league(league=league, by=request.user, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"“{league.name}” is archived. What was played stays to be looked at.")
    return redirect("leagues:settings", league.pk)


def _change_role(request: SignedInRequest, league: League) -> HttpResponse:
    form = RoleForm(request.POST)
    if form.is_valid():
        member = get_object_or_404(User, memberships__in=active_members(league), pk=form.cleaned_data["member"])
        try:
            if form.cleaned_data["role"] == Membership.Role.MANAGER:
                services.transfer_management(league=league, by=request.user, to=member)
            else:
                services.set_role(league=league, by=request.user, user=member, role=form.cleaned_data["role"])
        except Refused as refused:
            messages.error(request, refused.sentence)
        else:
            messages.success(request, f"{member.get_username()} has the new role.")
    return redirect("leagues:members", league.pk)


@login_required
def settings(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show and change the league, its settings and their earlier versions."""
    league = _league_or_404(request, pk)
    if not can_manage(request.user, league):
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
        messages.success(request, "The league is changed.")
        return
    services.change_settings(league=league, by=by, changes=rules_form.changes(), now=clock.now())
    messages.success(request, "The rules are saved. They hold from the next draft that opens.")


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
        "versions": league.settings_versions.select_related("created_by"),
        "rules_form": rules_form,
        "league_form": league_form,
        "can_manage": rules_form is not None,
        "can_archive": league.archived_at is None and can_transfer_management(request.user, league),
    }
    return render(request, "leagues/settings.html", context, status=422 if has_errors else 200)


@login_required
@require_POST
def leave(request: SignedInRequest, pk: int) -> HttpResponse:
    """Leave the league. If the user is not a member, or has just left, says so with a 404 page."""
    try:
        league = _league_or_404(request, pk)
        services.leave_league(user=request.user, league=league, now=clock.now())
    except Http404:
        return _not_a_member(request)
    except Refused as refused:
        if refused.code == "not_member":  # On a double click the first request has just ended the membership.
            return _not_a_member(request)
        messages.error(request, refused.sentence)
        return redirect("leagues:members", pk)
    messages.success(request, f"You have left “{league.name}”. Your picks and points stay in its history.")
    return redirect("scoring:my_leagues")


def _not_a_member(request: HttpRequest) -> HttpResponse:
    return render(request, "leagues/not_in_it.html", status=404)


def _league_or_404(request: HttpRequest, pk: int) -> League:
    """Return a league that the user is a member of or manages. Raises 404 otherwise, even for a public league."""
    league = get_object_or_404(leagues_visible_to(request.user).select_related("season"), pk=pk)
    if not is_member(request.user, league) and not can_manage(request.user, league):
        raise Http404
    return league
