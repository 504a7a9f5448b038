"""Practice drafts: one player against bots, with the drivers of a race that has been run.

The state is in a signed cookie (`practice_cookie`), so visitors can practise too, and nothing is stored about them.
`practice_race` shows how the race went.
"""

import secrets
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.errors import Refused
from core.services.rate_limits import RateLimitRule, consume
from core.web.forms import add_refusal
from core.web.requests import client_address
from drafts.forms import PickForm
from drafts.rules import practice as rules
from drafts.rules.practice import PLAYER, Practice
from drafts.rules.slots import SlotPlan
from leagues.rules import RuleSet
from races.models import Entry, Race
from races.selectors import races_for_practice, recent_form_by_driver
from scoring.selectors import practice_ranking

from . import practice_cookie, practice_links
from .forms import PracticeForm

# For each account, and for all visitors with one address.
STARTS_PER_HOUR = 60


class PracticeSession(NamedTuple):
    """The practice draft of a browser, its race, and its entries by id with driver and team."""

    practice: Practice
    race: Race
    entries: dict[int, Entry]


class PracticePick(NamedTuple):
    entry: Entry


class BoardCell(NamedTuple):
    """A slot on the board, in the form of `drafts.selectors.BoardCell`. `pick` is None until the slot is filled."""

    slot: SlotPlan
    pick: PracticePick | None
    is_on_the_clock: bool


def begin(request: HttpRequest) -> HttpResponse:
    """Show the options; on POST start a practice draft, replacing any that is in progress."""
    now = clock.now()
    races = races_for_practice(now)
    form = PracticeForm(request.POST or None, races=races, initial=_wished(request))
    if request.method == "POST" and races and form.is_valid():
        _count_start(request, now)
        race = form.race_to_draft()
        choices = form.choices()
        ranking = practice_ranking(race, RuleSet(kind=choices["scoring"], sprints=choices["sprints"]), now)
        try:
            practice = rules.start_practice(race=race.pk, ranking=ranking, seed=secrets.token_hex(8), **choices)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return _redirect_to_room(practice)
    context = {"form": form, "races": races, "is_under_way": _load(request) is not None}
    return render(request, "pages/practice/begin.html", context, status=422 if races and form.errors else 200)


def _count_start(request: HttpRequest, now: datetime) -> None:
    """Raises `RateLimited`. Only starts count: a start reads the results of two seasons, a pick only the line-up."""
    who = f"user {request.user.pk}" if request.user.is_authenticated else client_address(request)
    consume([RateLimitRule("practice by", who, STARTS_PER_HOUR, timedelta(hours=1))], now=now)


def _wished(request: HttpRequest) -> dict[str, Any]:
    """The options in the URL, such as those of the draft before, as the form shows them first."""
    return {name: value for name, value in request.GET.items() if name in PracticeForm.base_fields}


@require_safe
def room(request: HttpRequest) -> HttpResponse:
    session = _load(request)
    return _page(request, session) if session else redirect("pages:practice")


@require_POST
def pick(request: HttpRequest) -> HttpResponse:
    """Pick a driver; the bots pick right away. If the pick is refused, show the room again with the reason."""
    session = _load(request)
    if session is None:
        return redirect("pages:practice")
    form = PickForm(request.POST)
    entry = session.entries.get(form.cleaned_data["entry"]) if form.is_valid() else None
    if entry is None:
        return _page(request, session, _("Choose an available driver."))
    try:
        practice = rules.with_pick(session.practice, entry.pk, driver=entry.driver.family_name)
    except Refused as refused:
        return _page(request, session, refused.sentence)
    return _redirect_to_room(practice)


def _redirect_to_room(practice: Practice) -> HttpResponse:
    response = redirect("pages:practice_room")
    practice_cookie.remember(response, practice)
    return response


def _load(request: HttpRequest) -> PracticeSession | None:
    """The practice draft of this browser, or None if there is none that can be loaded."""
    practice = practice_cookie.practice_of(request)
    race = Race.objects.select_related("season").filter(pk=practice.race).first() if practice else None
    if practice is None or race is None:
        return None
    entry_ids = [entry for entry, points in practice.ranking]
    entries = Entry.objects.select_related("driver", "team").in_bulk(entry_ids)
    return PracticeSession(practice, race, entries) if len(entries) == len(entry_ids) else None


def _page(request: HttpRequest, session: PracticeSession, refusal: str = "") -> HttpResponse:
    practice, race, entries = session
    context = {
        "race": race,
        "practice": practice,
        "refusal": refusal,
        "form_of": recent_form_by_driver(race),
        "turn": practice.turn,
        "rounds": range(1, practice.picks_each + 1),
        "rows": _board_rows(session),
        "own_name": rules.constructor_name(PLAYER),
        "free": [(entries[entry], points) for entry, points in practice.free],
        "own": [entries[entry] for entry, holder in practice.holders.items() if holder == PLAYER],
        "hands": [(rules.constructor_name(holder), points, holder == PLAYER) for holder, points in practice.totals],
        "race_url": None if practice.turn or not race.is_over else practice_links.path_of(practice.board),
        "again": PracticeForm(races=[race], initial=PracticeForm.initial_of(practice)),
    }
    return render(request, "pages/practice/room.html", context, status=422 if refusal else 200)


def _board_rows(session: PracticeSession) -> list[tuple[str, list[BoardCell]]]:
    """The board: the name of each constructor with its cells round by round, in draft order."""
    practice, _race, entries = session
    picks = [PracticePick(entries[entry]) for entry in practice.picks]
    cells = [BoardCell(slot, pick, slot == practice.turn) for slot, pick in zip_longest(practice.slots, picks)]
    by_round = sorted(cells, key=lambda cell: cell.slot.round)
    return [
        (rules.constructor_name(holder), [cell for cell in by_round if cell.slot.constructor == holder])
        for holder in practice.order
    ]
