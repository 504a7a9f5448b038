"""The page for a player's wish list, do-not-draft list and autodraft switch in one league."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.http import SignedInRequest
from constructors.models import Constructor
from constructors.selectors import own_constructor
from core import clock
from core.errors import Refused
from core.idempotency import run_page_action_once
from leagues.selectors import leagues_visible_to
from races.selectors import recent_form_by_driver

from .. import rules, services
from ..forms import AutodraftForm, WishChangeForm, WishOrderForm
from ..selectors import wish_list_page

# Makes what a form asks for; returns the sentence to show, if what the list looks like does not say enough.
Change = Callable[[SignedInRequest, Constructor], str]


@login_required
def wish_list(request: SignedInRequest, league_pk: int) -> HttpResponse:
    """Show or change the lists. Every button makes one change. JavaScript is optional and adds drag and drop."""
    league = get_object_or_404(leagues_visible_to(request.user).select_related("season"), pk=league_pk)
    own = own_constructor(request.user, league)
    if own is None:
        raise Http404
    if request.method == "POST":
        return _change(request, own)
    page = wish_list_page(own)
    context = {
        "league": league,
        "own": own,
        "page": page,
        "form_of": recent_form_by_driver(page.draft.race) if page.draft else {},
        "form": AutodraftForm(initial={"autodraft": own.autodraft}),
    }
    return render(request, "drafts/wish_list.html", context)


def _change(request: SignedInRequest, own: Constructor) -> HttpResponse:
    try:
        sentence = run_page_action_once(request, lambda: _requested_change(request)(request, own))
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        if sentence:
            messages.success(request, sentence)
    return redirect("drafts:wish_list", own.league_id)


def _requested_change(request: SignedInRequest) -> Change:
    if "autodraft" in request.POST:
        return _switch_autodraft
    return _reorder if "order" in request.POST else _change_lists


def _switch_autodraft(request: SignedInRequest, own: Constructor) -> str:
    form = AutodraftForm(request.POST)
    if not form.is_valid():
        return ""
    services.set_autodraft(constructor=own, by=request.user, autodraft=form.cleaned_data["autodraft"], now=clock.now())
    return _("Saved. Autodraft: %(autodraft)s.") % {"autodraft": own.get_autodraft_display()}


def _reorder(request: SignedInRequest, own: Constructor) -> str:
    form = WishOrderForm(request.POST)
    if form.is_valid():
        services.order_wishes(constructor=own, by=request.user, order=form.drivers())
    return ""


def _change_lists(request: SignedInRequest, own: Constructor) -> str:
    form = WishChangeForm(request.POST)
    if form.is_valid():
        what, driver = form.cleaned_data["change"].split(":")
        services.change_wishes(constructor=own, by=request.user, change=rules.WishChange(what, int(driver)))
    return ""
