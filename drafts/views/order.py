"""The order of a draft: how it was decided, and the form to set it by hand."""

from typing import NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import SignedInRequest
from constructors.models import Constructor
from constructors.selectors import constructors_in
from core import clock
from core.errors import Refused
from leagues.selectors import can_manage_as, current_settings

from .. import rules, services
from ..forms import OrderForm
from ..models import Draft
from ..rules.order import verification_command
from ..selectors import Draw, draw_of, follows_last_season
from .common import draft_and_role_or_404, draft_or_404


class DrawLine(NamedTuple):
    """A drawn constructor with its digest, and what has become of it since: it may have left, or a bot was replaced."""

    constructor: Constructor
    digest: str
    replaced_by: Constructor | None
    is_in_order: bool


@require_safe
def order(request: HttpRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """Show how the order was decided; a random one is computed again from the revealed seed."""
    draft, role = draft_and_role_or_404(request, league_pk, race_pk)
    members = {constructor.pk: constructor for constructor in constructors_in(draft.league)}
    in_order = [slot.constructor for slot in draft.slots.select_related("constructor").order_by("number")]
    constructors = members | {constructor.pk: constructor for constructor in in_order}
    current = list(dict.fromkeys(constructor.pk for constructor in in_order))
    draw = draw_of(draft, current)
    drawn = draw.drawn if draw else []
    context = {
        "draft": draft,
        "league": draft.league,
        "race": draft.race,
        "settings": draft.settings or current_settings(draft.league),
        "order": [constructors[pk] for pk in current],
        "planned": [members[pk] for pk in draft.planned_order or () if pk in members] if not current else [],
        "follows_last_season": follows_last_season(draft),
        "draw": [_draw_line(draft, draw, constructor, current) for constructor in drawn] if draw else [],
        "added": draw.added if draw else [],
        "check_command": verification_command([constructor.pk for constructor in drawn], draft.order_seed),
        "form": _order_form(draft, list(members.values()), current) if can_manage_as(request.user, role) else None,
    }
    return render(request, "drafts/order.html", context)


def _draw_line(draft: Draft, draw: Draw, constructor: Constructor, current: list[int]) -> DrawLine:
    return DrawLine(
        constructor=constructor,
        digest=rules.commitment(f"{draft.order_seed}:{constructor.pk}"),
        replaced_by=draw.replaced.get(constructor.pk),
        is_in_order=constructor.pk in current,
    )


def _order_form(draft: Draft, members: list[Constructor], current: list[int]) -> OrderForm | None:
    """Return the form with the current order; None if the order is fixed."""
    if draft.state not in (Draft.State.UPCOMING, Draft.State.OPEN) or draft.picks.exists():
        return None
    order = rules.carried_over(current or draft.planned_order or [], [constructor.pk for constructor in members])
    places = {f"place_{pk}": place for place, pk in enumerate(order, 1)}
    return OrderForm(constructors=members, initial=places)


@login_required
@require_POST
def set_order(request: SignedInRequest, league_pk: int, race_pk: int) -> HttpResponse:
    """Set the order from the places in the form."""
    draft = draft_or_404(request, league_pk, race_pk)
    form = OrderForm(request.POST, constructors=list(constructors_in(draft.league)))
    if not form.is_valid():
        messages.error(request, _("Give every constructor a different place."))
        return redirect("drafts:order", league_pk, race_pk)
    try:
        services.set_order(draft=draft, order=form.order(), by=request.user, now=clock.now(), seen=form.seen_event)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("The order is set."))
    return redirect("drafts:order", league_pk, race_pk)
