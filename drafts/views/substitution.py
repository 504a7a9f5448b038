"""Substitution page: the holder of a driver who is out chooses among the free drivers."""

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
from races.models import Entry
from races.selectors import recent_form_by_driver

from .. import services
from ..forms import PickForm, WithdrawnDriverForm
from ..models import Draft
from ..selectors import can_substitute, free_by_ranking, holds
from .common import draft_or_404


@login_required
def substitute(request: SignedInRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """Show the free drivers to the holder of the entry `out`; redirect to the room if no substitution is possible."""
    draft = services.expire_turn_if_due(draft=draft_or_404(request, league_pk, race_pk), now=clock.now())
    own = own_constructor(request.user, draft.league)
    if own is None:
        raise Http404
    form = WithdrawnDriverForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return redirect("drafts:room", league_pk, race_pk)
    entries = Entry.objects.select_related("driver", "team")
    out = get_object_or_404(entries, race=draft.race, pk=form.cleaned_data["out"])
    if request.method == "POST":
        return _submit(request, draft, own, out)
    if not _is_possible(draft, own, out):
        return redirect("drafts:room", league_pk, race_pk)
    return _page(request, draft, own, out)


def _submit(request: SignedInRequest, draft: Draft, own: Constructor, out: Entry) -> HttpResponse:
    form = PickForm(request.POST)
    if not form.is_valid():
        return _page(request, draft, own, out, refusal=_("Choose an available driver."))
    entries = Entry.objects.select_related("driver")
    entry = get_object_or_404(entries, race=draft.race, pk=form.cleaned_data["entry"])
    try:
        services.substitute_driver(constructor=own, out=out, entry=entry, by=request.user, now=clock.now())
    except Refused as refused:
        return _page(request, draft, own, out, refusal=refused.sentence)
    text = _("You now have %(driver)s instead of %(out)s.") % {"driver": entry.driver, "out": out.driver}
    messages.success(request, text)
    return redirect("drafts:room", draft.league_id, draft.race_id)


def _page(request: SignedInRequest, draft: Draft, own: Constructor, out: Entry, *, refusal: str = "") -> HttpResponse:
    """Render the free drivers, with the reason after a refusal."""
    draft.refresh_from_db(fields=["state", "locks_at"])
    context = {
        "draft": draft,
        "league": draft.league,
        "race": draft.race,
        "out": out,
        "free": free_by_ranking(draft) if _is_possible(draft, own, out) else [],
        "form_of": recent_form_by_driver(draft.race),
        "refusal": refusal,
    }
    return render(request, "drafts/substitution.html", context, status=422 if refusal else 200)


def _is_possible(draft: Draft, own: Constructor, out: Entry) -> bool:
    return out.is_withdrawn and can_substitute(draft, clock.now()) and holds(draft, own, out)
