"""Rename a constructor and name its deputy. The page with its points is in `fantasyf1.pages`."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import SignedInRequest
from core import clock
from core.errors import Refused
from core.undo import offer
from core.web.forms import add_refusal
from leagues.http import accessible_league_or_404

from . import services, undos
from .forms import DeputyForm
from .selectors import can_name_deputy, constructors_in, constructors_visible_to


@login_required
@require_POST
def rename(request: SignedInRequest, pk: int) -> HttpResponse:
    constructor = get_object_or_404(constructors_visible_to(request.user), pk=pk)
    before = constructor.name
    try:
        services.rename_constructor(constructor=constructor, by=request.user, name=request.POST.get("name", ""))
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        sentence = _("Your constructor is now called “%(name)s”.") % {"name": constructor.name}
        what = {"constructor": constructor.pk, "before": before, "after": constructor.name}
        offer(request, sentence, undos.RENAMED, **what)
    return redirect("pages:constructor", pk)


@login_required
def deputy(request: SignedInRequest, league_pk: int, user_pk: int) -> HttpResponse:
    """Show and change who picks for an absent player: for the player and the league's managers."""
    league = accessible_league_or_404(request, league_pk)
    constructor = get_object_or_404(constructors_in(league).select_related("deputy", "league"), owner=user_pk)
    if not can_name_deputy(request.user, constructor):
        raise Http404
    form = DeputyForm(request.POST or None, constructor=constructor)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["deputy"]
        try:
            services.name_deputy(constructor=constructor, deputy=chosen, by=request.user, now=clock.now())
        except Refused as refused:
            add_refusal(form, refused)
        else:
            sentence = (
                _("%(deputy)s can now pick for %(constructor)s.")
                if chosen
                else _("Nobody else picks for %(constructor)s.")
            )
            messages.success(request, sentence % {"deputy": chosen, "constructor": constructor.name})
            return redirect("leagues:members", league.pk)
    context = {"league": league, "constructor": constructor, "form": form}
    return render(request, "constructors/deputy.html", context, status=422 if form.errors else 200)
