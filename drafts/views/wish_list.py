"""The page for a player's wish list, do-not-draft list and autodraft switch in one league."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.http import SignedInRequest
from constructors.models import Constructor
from core import clock
from core.errors import Refused
from core.idempotency import run_page_action_once
from core.undo import Params, Undo, offer
from leagues.http import visible_league_or_404
from races.models import Driver
from races.selectors import recent_form_by_driver

from .. import rules, services, undos
from ..forms import AutodraftForm, WishChangeForm, WishOrderForm
from ..selectors import constructors_to_play, is_on_the_clock, wish_list_page


@dataclass(frozen=True)
class Outcome:
    """The sentence about a change, empty if what the lists look like says enough; and how to take it back."""

    sentence: str = ""
    undo: Undo | None = None
    params: Params = field(default_factory=dict)


# Makes what a form asks for.
Change = Callable[[SignedInRequest, Constructor], Outcome]


@login_required
def wish_list(request: SignedInRequest, league_pk: int) -> HttpResponse:
    """Show or change the lists. Every button makes one change. JavaScript is optional and adds drag and drop."""
    league = visible_league_or_404(request, league_pk)
    playing = constructors_to_play(request.user, league)
    own = playing.own
    if own is None:
        raise Http404
    if request.method == "POST":
        return _change(request, own)
    page = wish_list_page(own, playing.lists)
    context = {
        "league": league,
        "own": own,
        "page": page,
        "form_of": recent_form_by_driver(page.draft.race) if page.draft else {},
        "form": AutodraftForm(initial={"autodraft": own.autodraft}),
        "is_on_the_clock": page.is_on_the_clock(own, clock.now()),
    }
    return render(request, "drafts/wish_list.html", context)


def _change(request: SignedInRequest, own: Constructor) -> HttpResponse:
    taken_back: list[tuple[Undo, Params]] = []  # A request that is repeated shows the same sentence, without an undo.

    def act() -> str:
        taken_back.clear()
        outcome = _requested_change(request)(request, own)
        if outcome.undo:
            taken_back.append((outcome.undo, outcome.params))
        return outcome.sentence

    try:
        sentence = run_page_action_once(request, act)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        for undo, params in taken_back:
            offer(request, sentence, undo, constructor=own.pk, **params)
        if sentence and not taken_back:
            messages.success(request, sentence)
    return redirect("drafts:wish_list", own.league_id)


def _requested_change(request: SignedInRequest) -> Change:
    if "autodraft" in request.POST:
        return _switch_autodraft
    return _reorder if "order" in request.POST else _change_lists


def _switch_autodraft(request: SignedInRequest, own: Constructor) -> Outcome:
    form = AutodraftForm(request.POST)
    if not form.is_valid():
        return Outcome()
    now, before, after = clock.now(), own.autodraft, form.cleaned_data["autodraft"]
    was_on_the_clock = is_on_the_clock(own, now)
    services.set_autodraft(constructor=own, by=request.user, autodraft=after, now=now)
    sentence = _("Saved. Autodraft: %(autodraft)s.") % {"autodraft": own.get_autodraft_display()}
    if was_on_the_clock or after == before:  # On the clock, it has picked, and the pick stays.
        return Outcome(sentence)
    return Outcome(sentence, undos.AUTODRAFT_SWITCHED, {"before": before, "after": after})


def _reorder(request: SignedInRequest, own: Constructor) -> Outcome:
    form = WishOrderForm(request.POST)
    if not form.is_valid():
        return Outcome()
    done = services.order_wishes(constructor=own, by=request.user, order=form.drivers())
    return _outcome(done, _("Your wish list has a new order."))


def _change_lists(request: SignedInRequest, own: Constructor) -> Outcome:
    form = WishChangeForm(request.POST)
    if not form.is_valid():
        return Outcome()
    what, pk = form.cleaned_data["change"].split(":")
    change = rules.WishChange(what, int(pk))
    done = services.change_wishes(constructor=own, by=request.user, change=change)
    driver = Driver.objects.filter(pk=change.driver).first()
    return _outcome(done, _change_sentence(done, change) % {"driver": driver})


def _change_sentence(done: services.ListsChange, change: rules.WishChange) -> str:
    """What was changed; "" where the list and the buttons beside it say enough."""
    if change.what == "unwant":
        return _("%(driver)s is on your do-not-draft list.")
    if change.what == "remove" and change.driver in done.before.unwanted:
        return _("%(driver)s is off your do-not-draft list.")
    if change.what == "remove":
        return _("%(driver)s is off your wish list.")
    return _("Your wish list has a new order.") if change.what in ("up", "down") else ""


def _outcome(done: services.ListsChange, sentence: str) -> Outcome:
    if done.before == done.after or not sentence:
        return Outcome()
    params = {"before": undos.plain_lists(done.before), "after": undos.plain_lists(done.after)}
    return Outcome(sentence, undos.WISHES_CHANGED, params)
