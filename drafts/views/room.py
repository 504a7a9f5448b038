"""The draft room: board, turn, free drivers, pick and change of a pick. Live with JavaScript, complete without it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from constructors.models import Constructor
from constructors.selectors import own_constructor
from core import clock
from core.errors import Invalid, Refused
from core.idempotency import run_page_action_once
from leagues.selectors import can_manage_as, current_settings
from races.models import Entry
from races.selectors import recent_form_by_driver

from .. import services
from ..forms import PickForm
from ..history import FINISHED_STATES, draft_history, event_lines, waits_for_time
from ..models import Draft
from ..selectors import constructors_to_play, draft_room, foreseen_picks, openings
from .common import draft_and_role_or_404, draft_or_404


@require_safe
def room(request: HttpRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """Show the draft of a league for a race, in every state."""
    return render(request, "drafts/room.html", _current_room_context(request, league_pk, race_pk))


@require_safe
def live_partial(request: HttpRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """Render the live part of the room, for a page that has received an event.

    It has its own URL, so that a browser never restores the partial instead of the page.
    """
    return render(request, "drafts/_live.html", _current_room_context(request, league_pk, race_pk))


def _current_room_context(request: HttpRequest, league_pk: int, race_pk: int) -> dict[str, Any]:
    draft, role = draft_and_role_or_404(request, league_pk, race_pk)
    return room_context(request, services.expire_turn_if_due(draft=draft, now=clock.now()), role)


@login_required
@require_POST
def pick(request: SignedInRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """Pick a driver. A refusal shows the current room with its sentence."""
    draft = services.expire_turn_if_due(draft=draft_or_404(request, league_pk, race_pk), now=clock.now())

    def make_pick() -> str:
        constructor, entry, slot = _requested_pick(request, draft)
        services.make_own_pick(constructor=constructor, entry=entry, by=request.user, now=clock.now(), slot_number=slot)
        return _("You picked %(driver)s.") % {"driver": entry.driver}

    return _run(request, draft, make_pick)


@login_required
@require_POST
def change(request: SignedInRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """Change the player's last pick, as long as nobody has picked after it."""
    draft = draft_or_404(request, league_pk, race_pk)

    def change_pick() -> str:
        constructor, entry, _slot = _requested_pick(request, draft)
        services.change_own_pick(constructor=constructor, entry=entry, by=request.user, now=clock.now())
        return _("You changed your pick to %(driver)s.") % {"driver": entry.driver}

    return _run(request, draft, change_pick)


def _run(request: SignedInRequest, draft: Draft, action: Callable[[], str]) -> HttpResponse:
    try:
        return _render_outcome(request, draft, done=run_page_action_once(request, action))
    except Refused as refused:
        return _render_outcome(request, draft, refusal=refused.sentence)


def _requested_pick(request: SignedInRequest, draft: Draft) -> tuple[Constructor, Entry, int | None]:
    """Return the player's constructor, the entry and the slot of the form. Raises 404 for an entry of another race."""
    form = PickForm(request.POST)
    constructor = own_constructor(request.user, draft.league)
    if constructor is None or not form.is_valid():
        raise Invalid(_("Choose an available driver."))
    entries = Entry.objects.select_related("driver")
    entry = get_object_or_404(entries, race=draft.race, pk=form.cleaned_data["entry"])
    return constructor, entry, form.cleaned_data["slot"]


def _render_outcome(request: SignedInRequest, draft: Draft, *, refusal: str = "", done: str = "") -> HttpResponse:
    """Answer a pick: with the current room and what came of it, or without htmx by redirecting there."""
    if refusal:
        messages.error(request, refusal)
    else:
        messages.success(request, done)
    if request.htmx:
        return render_room_with_messages(request, draft, status=422 if refusal else 200)
    if done:
        return redirect("drafts:room", draft.league_id, draft.race_id)
    context = room_context(request, *draft_and_role_or_404(request, draft.league_id, draft.race_id))
    return render(request, "drafts/room.html", context, status=422)


def render_room_with_messages(request: SignedInRequest, draft: Draft, *, status: int) -> HttpResponse:
    """Render the live part of the room for htmx, with the messages of this request for their place in the page."""
    context = room_context(request, *draft_and_role_or_404(request, draft.league_id, draft.race_id))
    return render(request, "drafts/_outcome.html", context, status=status)


def room_context(request: HttpRequest, draft: Draft, role: str | None) -> dict[str, Any]:
    """Return the template context of the room for this user, who has this role in the league."""
    playing, now, room = constructors_to_play(request.user, draft.league), clock.now(), draft_room(draft)
    own = playing.own
    turn, history = room.turn_for(own, now), draft_history(room) if draft.state in FINISHED_STATES else None
    log = history.log if history else event_lines(draft) if draft.opened_at else []
    return {
        "draft": draft,
        "league": draft.league,
        "race": draft.race,
        "settings": draft.settings or current_settings(draft.league),
        "room": room,
        "own": own,
        "own_cells": room.cells_of(own),
        "has_picks_left": any(cell.pick is None for cell in room.cells_of(own)),
        "turns_before": room.turns_before(own),
        "turn": turn,
        "slot_to_fill": room.slot_to_fill(own, turn),
        "waits_for_time": waits_for_time(log, turn.slot),
        "waiting": room.waiting[:5],
        "fillable": room.fillable,
        "can_change": room.can_change(own, now),
        "picks_out": room.out if draft.is_in_progress and now < draft.locks_at else [],
        "can_manage": can_manage_as(request.user, role),
        "deputized": playing.deputized if draft.is_in_progress else (),
        "foreseen": foreseen_picks(draft, own, playing.lists, room) if own and draft.is_in_progress else [],
        "form_of": recent_form_by_driver(draft.race) if draft.is_in_progress else {},
        "history": history,
        "log": log,
        "opening": openings([draft]).get(draft.pk),
        "now": now,
    }
