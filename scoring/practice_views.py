"""The browser's door to a practice draft: a player alone against bots, on the drivers of the next race.

It lives in the session and nowhere else. It stands with the points because bots go by the drivers' season so far.
"""

import secrets
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from drafts.forms import PickForm
from drafts.rules import practice as rules
from drafts.rules.practice import YOU, Practice
from drafts.rules.slots import SlotPlan
from fantasyf1.kit import clock
from fantasyf1.kit.errors import Refused
from fantasyf1.kit.web import add_refusal
from races.models import Entry, Race
from races.selectors import current_season, driver_form, race_to_practise

from .forms import PracticeForm
from .selectors import practice_ranking

KEY = "practice"


class Going(NamedTuple):
    """A practice draft with what it speaks of: its race, and its entries by id with driver and team."""

    practice: Practice
    race: Race
    entries: dict[int, Entry]


class Cell(NamedTuple):
    """A slot of the board; `entry` is None until it is filled."""

    slot: SlotPlan
    entry: Entry | None
    is_on_the_clock: bool


@login_required
def begin(request: HttpRequest) -> HttpResponse:
    """The choices, and on a post a practice draft by them; one under way makes place."""
    now = clock.now()
    season = current_season(now)
    race = race_to_practise(season, now) if season else None
    form = PracticeForm(request.POST or None)
    if request.method == "POST" and race and form.is_valid():
        ranking = practice_ranking(race, now)
        try:
            practice = rules.begin(race=race.pk, ranking=ranking, seed=secrets.token_hex(8), **form.choices())
        except Refused as refused:
            add_refusal(form, refused)
        else:
            _keep(request, practice)
            return redirect("scoring:practice_room")
    context = {"form": form, "race": race, "is_under_way": _going(request) is not None}
    return render(request, "scoring/practice/begin.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def room(request: HttpRequest) -> HttpResponse:
    going = _going(request)
    return _page(request, going) if going else redirect("scoring:practice")


@login_required
@require_POST
def pick(request: HttpRequest) -> HttpResponse:
    """Take a driver; the bots answer at once. A refusal shows the room again with its sentence."""
    going = _going(request)
    if going is None:
        return redirect("scoring:practice")
    form = PickForm(request.POST)
    entry = going.entries.get(form.cleaned_data["entry"]) if form.is_valid() else None
    if entry is None:
        return _page(request, going, "Choose one of the free drivers.")
    try:
        practice = rules.after_pick(going.practice, entry.pk, driver=entry.driver.family_name)
    except Refused as refused:
        return _page(request, going, refused.sentence)
    _keep(request, practice)
    return redirect("scoring:practice_room")


def _keep(request: HttpRequest, practice: Practice) -> None:
    request.session[KEY] = rules.to_json(practice)


def _going(request: HttpRequest) -> Going | None:
    """The practice draft of this session; None where there is none that can still be read."""
    practice = rules.from_json(request.session.get(KEY))
    race = Race.objects.select_related("season").filter(pk=practice.race).first() if practice else None
    if practice is None or race is None:
        return None
    wanted = [entry for entry, _ in practice.ranking]
    entries = Entry.objects.select_related("driver", "team").in_bulk(wanted)
    return Going(practice, race, entries) if len(entries) == len(wanted) else None


def _page(request: HttpRequest, going: Going, refusal: str = "") -> HttpResponse:
    practice, race, entries = going
    context = {
        "race": race,
        "practice": practice,
        "refusal": refusal,
        "form_of": driver_form(race),
        "turn": practice.turn,
        "rounds": range(1, practice.picks_each + 1),
        "lines": _lines(going),
        "free": [(entries[entry], points) for entry, points in practice.free],
        "own": [entries[entry] for entry, holder in practice.held.items() if holder == YOU],
        "hands": [(rules.name_of(one), points, one == YOU) for one, points in practice.hands],
        "again": PracticeForm(initial=PracticeForm.initial_of(practice)),
    }
    return render(request, "scoring/practice/room.html", context, status=422 if refusal else 200)


def _lines(going: Going) -> list[dict[str, Any]]:
    """The board by constructors, in the order of picking."""
    practice, _, entries = going
    filled = dict(zip((slot.number for slot in practice.slots), practice.picks, strict=False))
    cells = [
        Cell(slot, entries[filled[slot.number]] if slot.number in filled else None, slot == practice.turn)
        for slot in practice.slots
    ]
    return [
        {
            "name": rules.name_of(one),
            "is_you": one == YOU,
            "cells": sorted((cell for cell in cells if cell.slot.constructor == one), key=lambda cell: cell.slot.round),
        }
        for one in practice.order
    ]
