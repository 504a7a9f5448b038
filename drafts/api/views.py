"""A draft as it stands, its order with the proof, and the pick."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, permissions, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from constructors.api.views import visible_constructor
from constructors.selectors import can_play_for, own_constructor
from fantasyf1.kit import clock
from fantasyf1.kit.api.doors import Door, described_faults
from fantasyf1.kit.errors import Invalid, NotAllowed
from leagues.api.views import visible_league
from races.models import Driver, Entry, Race

from .. import selectors, services
from ..models import Draft
from . import serializers


@extend_schema(tags=["drafts"])
class DraftDoor(Door):
    """A draft is named by its race and its league."""

    permission_classes = (permissions.IsAuthenticatedOrReadOnly,)

    @extend_schema(
        summary="A draft as it stands now",
        responses={200: serializers.DraftStatusSerializer, **described_faults(401, 404)},
    )
    def status(self, request: Request, race_id: int, league_id: int) -> Response:
        now = clock.now()
        draft = services.meet_the_clock(draft=_draft(request, race_id, league_id), now=now)
        own = own_constructor(request.user, draft.league)
        room = selectors.draft_room(draft)
        cells = [cell for _, cells in room.rounds for cell in cells]
        picks = [cell.pick for cell in cells if cell.pick]
        facts = {
            "draft": draft,
            "on_the_clock": room.on_the_clock,
            "picks_made": len(picks),
            "picks_total": len(cells),
            "picks": sorted(picks, key=lambda pick: pick.slot.number),
            "free_drivers": [{"entry": entry, "points": points} for entry, points in room.free],
            "constructor_id": own.pk if own else None,
            "can_pick": selectors.can_pick_now(draft, own, now),
            "server_time": now,
        }
        return self.answer(serializers.DraftStatusSerializer, facts)

    @extend_schema(
        summary="The order of a draft, and its proof",
        responses={200: serializers.DraftOrderSerializer, **described_faults(401, 404)},
    )
    def order(self, request: Request, race_id: int, league_id: int) -> Response:
        return self._answer_order(_draft(request, race_id, league_id))

    @extend_schema(
        summary="Set the order by hand",
        request=serializers.NewOrderSerializer,
        responses={200: serializers.DraftOrderSerializer, **described_faults(400, 401, 403, 404, 409)},
        description="For the league's managers, until the first pick is made.",
    )
    def set_order(self, request: SignedInApiRequest, race_id: int, league_id: int) -> Response:
        draft = _draft(request, race_id, league_id)
        order = self.read(serializers.NewOrderSerializer)["order"]
        return self._answer_order(services.set_order(draft=draft, order=order, by=request.user, now=clock.now()))

    def _answer_order(self, draft: Draft) -> Response:
        slots = list(draft.slots.select_related("constructor__owner").order_by("number"))
        facts = {
            "draft": draft,
            "seed": draft.order_seed if draft.opened_at else None,
            "order": list({slot.constructor_id: slot.constructor for slot in slots}.values()),
            "slots": slots,
        }
        return self.answer(serializers.DraftOrderSerializer, facts)


def _draft(request: Request, race_id: int, league_id: int) -> Draft:
    league = visible_league(request, league_id)
    draft = selectors.draft_of(league, get_object_or_404(Race, pk=race_id, season=league.season_id))
    if draft is None:
        raise exceptions.NotFound("This league does not draft for this race.")
    return draft


class PickDoor(Door):
    """The pick. Its address is shared with the list of a constructor's drafts, which scoring adds."""

    permission_classes: Any = (permissions.IsAuthenticatedOrReadOnly,)

    @extend_schema(
        summary="Pick a driver for one's constructor",
        request=serializers.NewPickSerializer,
        responses={201: serializers.MadePickSerializer, **described_faults(400, 401, 403, 404, 409)},
        tags=["drafts"],
    )
    def create(self, request: SignedInApiRequest, constructor_id: int) -> Response:
        constructor = visible_constructor(request, constructor_id)
        if not can_play_for(request.user, constructor):
            raise NotAllowed("Only its player picks for a constructor.")
        entry = _entry(**self.read(serializers.NewPickSerializer))
        pick = services.make_pick(constructor=constructor, entry=entry, by=request.user, now=clock.now())
        return self.answer(serializers.MadePickSerializer, pick, status.HTTP_201_CREATED)


def _entry(*, race_id: int, driver_id: str) -> Entry:
    race = Race.objects.filter(pk=race_id).first()
    if race is None:
        raise Invalid("There is no such race.", field="race_id")
    driver = Driver.objects.filter(ref=driver_id).first()
    if driver is None:
        raise Invalid(f"No driver is called “{driver_id}”.", field="driver_id")
    return selectors.entry_of(race, driver)
