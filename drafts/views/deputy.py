"""The page on which a deputy picks for absent players of their league."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.http import SignedInRequest
from constructors.selectors import deputized_constructors
from core import clock
from core.errors import Refused
from core.web.forms import add_refusal
from races.models import Entry

from .. import services
from ..forms import DeputyPickForm
from ..selectors import draft_room
from .common import draft_or_404


@login_required
def deputy(request: SignedInRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """Show whose picks the user makes as a deputy, and pick for one whose turn it is."""
    draft = services.expire_turn_if_due(draft=draft_or_404(request, league_pk, race_pk), now=clock.now())
    constructors = list(deputized_constructors(request.user, draft.league))
    if not constructors:
        raise Http404
    room, now = draft_room(draft), clock.now()
    on_turn = [constructor for constructor in constructors if room.turn_for(constructor, now).can_pick]
    choices = {
        "constructor": [(constructor.pk, constructor.name) for constructor in on_turn],
        "entry": [(entry.pk, f"{entry.driver} ({points})") for entry, points in room.free],
    }
    form = DeputyPickForm(request.POST or None, choices=choices)
    if request.method == "POST" and form.is_valid():
        constructor = next(constructor for constructor in on_turn if constructor.pk == form.cleaned_data["constructor"])
        entry = get_object_or_404(Entry.objects.select_related("driver"), pk=form.cleaned_data["entry"])
        try:
            services.make_own_pick(constructor=constructor, entry=entry, by=request.user, now=now)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            values = {"driver": entry.driver, "constructor": constructor.name}
            messages.success(request, _("You picked %(driver)s for %(constructor)s.") % values)
            return redirect("drafts:room", league_pk, race_pk)
    context = {"draft": draft, "constructors": constructors, "on_turn": on_turn, "form": form}
    return render(request, "drafts/deputy.html", context, status=422 if form.errors else 200)
