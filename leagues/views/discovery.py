"""Pages to find, create and join leagues."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from core import clock
from core.confusables import folded
from core.errors import Refused
from core.web.forms import add_refusal
from races.selectors import races_to_come, year_for_new_leagues
from races.services import get_or_create_season

from .. import services
from ..forms import CreateLeagueForm, JoinForm
from ..models import League
from ..selectors import leagues_of, public_leagues, scoring_examples
from .membership import welcome


@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """List public leagues; `?q=` filters by a part of the name."""
    # PostgreSQL does not accept NUL in text, not even in a query.
    sought = request.GET.get("q", "").replace("\0", "").strip()[:60]
    leagues = public_leagues().filter(folded_name__contains=folded(sought))[:50]
    own = set(leagues_of(request.user).values_list("pk", flat=True)) if request.user.is_authenticated else set()
    return render(request, "leagues/public.html", {"leagues": leagues, "sought": sought, "own": own})


@login_required
def create(request: SignedInRequest) -> HttpResponse:
    """Create a league for the current season, whose calendar may not be known yet. A link can suggest rules."""
    now = clock.now()
    year = year_for_new_leagues(now)
    suggested = {name: value for name, value in request.GET.items() if name in CreateLeagueForm.SETTINGS}
    form = CreateLeagueForm(request.POST or None, initial=suggested)
    if request.method == "POST" and year and form.is_valid():
        try:
            league = services.create_league(
                creator=request.user,
                season=get_or_create_season(year=year),
                name=form.cleaned_data["name"],
                visibility=form.cleaned_data["visibility"],
                constructor_name=form.cleaned_data["constructor_name"],
                first_draft_start=form.cleaned_data["first_draft_start"],
                settings=form.settings(),
                key=form.cleaned_data["key"],
                now=now,
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            sentence = _("“%(league)s” is created. Invite your friends with the code %(code)s.")
            messages.success(request, sentence % {"league": league.name, "code": league.code})
            return redirect("drafts:lobby", league.pk)
    has_calendar = year is not None and races_to_come(now).filter(season__year=year).exists()
    questions = form.questions(scoring_examples(form.rule_sets()))
    context = {"form": form, "questions": questions, "year": year, "has_calendar": has_calendar}
    return render(request, "leagues/create.html", context, status=422 if form.errors else 200)


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
            return welcome(request, membership)
    return render(request, "leagues/join.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def join_public(request: SignedInRequest, pk: int) -> HttpResponse:
    league = get_object_or_404(League, pk=pk, visibility=League.Visibility.PUBLIC)
    try:
        membership = services.join_league(user=request.user, league=league, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect("leagues:public")
    return welcome(request, membership)
