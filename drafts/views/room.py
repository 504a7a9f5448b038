"""The room: the board, the turn, the free drivers; a pick and its change."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from constructors.selectors import own_constructor
from fantasyf1.kit import clock
from fantasyf1.kit.errors import Refused
from leagues.selectors import current_settings
from races.models import Entry

from .. import services
from ..forms import PickForm
from ..models import Draft
from ..selectors import draft_room, is_on_the_clock
from .common import draft_or_404


@require_safe
def room(request: HttpRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """The draft of a league for a race: before, while and after it runs."""
    draft = draft_or_404(request, league_pk, race_pk)
    return render(request, "drafts/room.html", _room_context(request, draft))


def _room_context(request: HttpRequest, draft: Draft, refusal: str = "") -> dict[str, object]:
    own = own_constructor(request.user, draft.league)
    now = clock.now()
    room = draft_room(draft)
    return {
        "draft": draft,
        "league": draft.league,
        "race": draft.race,
        "settings": draft.settings or current_settings(draft.league),
        "room": room,
        "own": own,
        "own_cells": room.line_of(own),
        "turns_before": room.turns_before(own),
        "on_the_clock": room.on_the_clock,
        "waiting": room.waiting[:5],
        "can_pick": is_on_the_clock(draft, own, room.on_the_clock, now),
        "refusal": refusal,
        "now": now,
    }


@login_required
@require_POST
def pick(request: SignedInRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """Take a driver. A refusal shows the room again with its sentence, as it is now."""
    draft = draft_or_404(request, league_pk, race_pk)
    form = PickForm(request.POST)
    constructor = own_constructor(request.user, draft.league)
    if constructor is None or not form.is_valid():
        return _refused(request, draft, "Choose one of the free drivers.")
    entry = get_object_or_404(Entry.objects.select_related("driver"), race=draft.race, pk=form.cleaned_data["entry"])
    try:
        services.make_pick(constructor=constructor, entry=entry, by=request.user, now=clock.now())
    except Refused as refused:
        return _refused(request, draft_or_404(request, league_pk, race_pk), refused.sentence)
    messages.success(request, f"{entry.driver} is yours.")
    return redirect("drafts:room", league_pk, race_pk)


def _refused(request: HttpRequest, draft: Draft, sentence: str) -> HttpResponse:
    return render(request, "drafts/room.html", _room_context(request, draft, sentence), status=422)
