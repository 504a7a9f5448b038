"""The browser's door to a draft: the room, a pick, the order and its proof."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from constructors.models import Constructor
from constructors.selectors import constructors_in, own_constructor
from fantasyf1.kit import clock
from fantasyf1.kit.errors import Refused
from leagues.selectors import can_manage, current_settings, leagues_visible_to
from races.models import Entry, Race

from . import rules, services
from .forms import OrderForm, PickForm
from .models import Draft
from .rules.order import check_command
from .selectors import draft_of, draft_order, draft_room, is_on_the_clock


@require_safe
def room(request: HttpRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """The draft of a league for a race: before, while and after it runs."""
    draft = _draft(request, league_pk, race_pk)
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
    draft = _draft(request, league_pk, race_pk)
    form = PickForm(request.POST)
    constructor = own_constructor(request.user, draft.league)
    if constructor is None or not form.is_valid():
        return _refused(request, draft, "Choose one of the free drivers.")
    entry = get_object_or_404(Entry.objects.select_related("driver"), race=draft.race, pk=form.cleaned_data["entry"])
    try:
        services.make_pick(constructor=constructor, entry=entry, by=request.user, now=clock.now())
    except Refused as refused:
        return _refused(request, _draft(request, league_pk, race_pk), refused.sentence)
    messages.success(request, f"{entry.driver} is yours.")
    return redirect("drafts:room", league_pk, race_pk)


def _refused(request: HttpRequest, draft: Draft, sentence: str) -> HttpResponse:
    return render(request, "drafts/room.html", _room_context(request, draft, sentence), status=422)


@require_safe
def order(request: HttpRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """How the order came about; a drawn one is drawn again here from the revealed seed."""
    draft = _draft(request, league_pk, race_pk)
    members = {one.pk: one for one in constructors_in(draft.league)}
    known = members | {slot.constructor_id: slot.constructor for slot in draft.slots.select_related("constructor")}
    written = draft_order(draft)
    is_drawn = draft.order_source == Draft.OrderSource.RANDOM
    drawn = [(pk, rules.commitment(f"{draft.order_seed}:{pk}")) for pk in rules.drawn_order(written, draft.order_seed)]
    context = {
        "draft": draft,
        "league": draft.league,
        "race": draft.race,
        "settings": draft.settings or current_settings(draft.league),
        "is_drawn": is_drawn,
        "order": [known[pk] for pk in written],
        "planned": [members[pk] for pk in draft.planned_order or () if pk in members] if not written else [],
        "draw": [(known[pk], digest) for pk, digest in drawn] if is_drawn else [],
        "check_command": check_command(written, draft.order_seed) if is_drawn else "",
        "form": _order_form(request, draft, list(members.values()), written),
    }
    return render(request, "drafts/order.html", context)


def _order_form(request: HttpRequest, draft: Draft, members: list[Constructor], written: list[int]) -> OrderForm | None:
    """The manager's form, while the order can still be set, filled with the order as it stands."""
    is_open_to_change = draft.state in (Draft.State.UPCOMING, Draft.State.OPEN) and not draft.picks.exists()
    if not is_open_to_change or not can_manage(request.user, draft.league):
        return None
    order = rules.carried_over(written or draft.planned_order or [], [one.pk for one in members])
    places = {f"place_{pk}": place for place, pk in enumerate(order, 1)}
    return OrderForm(constructors=members, initial=places)


@login_required
@require_POST
def set_order(request: SignedInRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """The manager's order, as a place for each constructor."""
    draft = _draft(request, league_pk, race_pk)
    form = OrderForm(request.POST, constructors=list(constructors_in(draft.league)))
    if not form.is_valid():
        messages.error(request, "Give every constructor a place of its own.")
        return redirect("drafts:order", league_pk, race_pk)
    try:
        services.set_order(draft=draft, order=form.order(), by=request.user, now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, "The order is set.")
    return redirect("drafts:order", league_pk, race_pk)


def _draft(request: HttpRequest, league_pk: int, race_pk: int) -> Draft:
    league = get_object_or_404(leagues_visible_to(request.user), pk=league_pk)
    draft = draft_of(league, get_object_or_404(Race, pk=race_pk, season=league.season_id))
    if draft is None:
        raise Http404
    return draft
