"""Commissioner tools: actions of managers on a draft. They are part of the room; undoing has its own page."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import SignedInRequest
from core import clock
from core.errors import Refused
from core.idempotency import run_page_action_once
from races.models import Entry

from .. import services
from ..forms import CommissionerForm, UndoForm
from ..models import Draft, Slot
from ..selectors import latest_picks
from .common import managed_draft_or_404
from .room import render_room_with_messages

Action = Callable[[SignedInRequest, Draft, CommissionerForm], str]


def _pause(request: SignedInRequest, draft: Draft, form: CommissionerForm) -> str:
    services.pause_draft(draft=draft, by=request.user, now=clock.now(), seen=form.seen_event)
    return _("The draft is paused. The clock has stopped.")


def _resume(request: SignedInRequest, draft: Draft, form: CommissionerForm) -> str:
    services.resume_draft(draft=draft, by=request.user, now=clock.now(), seen=form.seen_event)
    return _("The draft is resumed.")


def _extend(request: SignedInRequest, draft: Draft, form: CommissionerForm) -> str:
    services.extend_turn(
        draft=draft, by=request.user, minutes=form.cleaned_data["minutes"] or 0, now=clock.now(), seen=form.seen_event
    )
    return _("The clock is extended, up to the lock at most.")


def _pick_for(request: SignedInRequest, draft: Draft, form: CommissionerForm) -> str:
    slot = get_object_or_404(Slot.objects.select_related("constructor"), draft=draft, pk=form.cleaned_data["slot"])
    entry = get_object_or_404(Entry.objects.select_related("driver"), race=draft.race, pk=form.cleaned_data["entry"])
    services.pick_for(
        draft=draft, constructor=slot.constructor, entry=entry, by=request.user, now=clock.now(), seen=form.seen_event
    )
    return _("Picked %(driver)s for %(constructor)s.") % {"driver": entry.driver, "constructor": slot.constructor}


def _substitute(request: SignedInRequest, draft: Draft, form: CommissionerForm) -> str:
    entries = Entry.objects.filter(race=draft.race).select_related("driver")
    out, entry = (get_object_or_404(entries, pk=form.cleaned_data[name]) for name in ("out", "entry"))
    pick = services.substitute_driver_for(
        draft=draft, out=out, entry=entry, by=request.user, now=clock.now(), seen=form.seen_event
    )
    values = {"constructor": pick.slot.constructor, "driver": entry.driver, "out": out.driver}
    return _("%(constructor)s now has %(driver)s instead of %(out)s.") % values


ACTIONS: dict[str, Action] = {
    "pause": _pause, "resume": _resume, "extend": _extend, "pick_for": _pick_for, "swap": _substitute,
}  # fmt: skip


@login_required
@require_POST
def commissioner_action(request: SignedInRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """Run the action that the button names."""
    draft = managed_draft_or_404(request, league_pk, race_pk)
    form = CommissionerForm(request.POST)
    if form.is_valid():
        return _run(request, draft, lambda: ACTIONS[form.cleaned_data["act"]](request, draft, form))
    messages.error(request, _("Some fields are missing or not valid. Please try again."))
    return _back_to_room(request, draft, status=422)


@login_required
def undo(request: SignedInRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """GET lists the picks that would be undone; POST undoes exactly those."""
    draft = managed_draft_or_404(request, league_pk, race_pk)
    form = UndoForm(request.POST if request.method == "POST" else request.GET)
    count = form.cleaned_data["count"] if form.is_valid() else 1
    if request.method == "POST" and form.is_valid():
        return _run(request, draft, lambda: _undo(request, draft, form))
    picks = list(latest_picks(draft)[:count])
    context = {"draft": draft, "league": draft.league, "race": draft.race, "picks": picks, "count": count}
    return render(request, "drafts/undo.html", context)


def _undo(request: SignedInRequest, draft: Draft, form: UndoForm) -> str:
    services.undo_picks(
        draft=draft, by=request.user, count=form.cleaned_data["count"], now=clock.now(), seen=form.seen_event
    )
    return _("The picks are undone.")


def _run(request: SignedInRequest, draft: Draft, action: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, run_page_action_once(request, action))
    except Refused as refused:
        messages.error(request, refused.sentence)
        return _back_to_room(request, draft, status=422)
    return _back_to_room(request, draft, status=200)


def _back_to_room(request: SignedInRequest, draft: Draft, *, status: int) -> HttpResponse:
    """Redirect to the room, or for htmx render its live part in place."""
    if request.htmx:
        return render_room_with_messages(request, draft, status=status)
    return redirect("drafts:room", draft.league_id, draft.race_id)
