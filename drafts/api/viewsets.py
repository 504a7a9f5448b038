"""Viewsets of drafts: state, order with its proof, slots, picks, events; make and change a pick, substitute."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, permissions, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from constructors.api.viewsets import visible_constructor
from constructors.models import Constructor
from constructors.selectors import can_play_for, is_deputy, own_constructor
from core import clock
from core.api.viewsets import BaseViewSet, error_responses
from core.errors import Invalid, NotAllowed
from leagues.api.serializers import SettingsVersionSerializer
from leagues.api.viewsets import accessible_league, visible_league
from leagues.selectors import can_manage, own_memberships
from races.models import Driver, Entry, Race

from .. import selectors, services
from ..models import Draft
from . import serializers
from .filters import DraftFilter


def visible_draft(request: Request, draft_id: int) -> Draft:
    """Return a draft that the caller can see. Raises 404 otherwise."""
    return get_object_or_404(selectors.drafts_visible_to(request.user), pk=draft_id)


def managed_draft(request: Request, draft_id: int) -> Draft:
    """Return a draft that the caller manages. Raises 404 if it is not visible, `NotAllowed` if it is not managed."""
    draft = visible_draft(request, draft_id)
    if not can_manage(request.user, draft.league):
        raise NotAllowed(_("Only the league's managers can do this."))
    return draft


def entry_for(race: Race, driver_id: str, *, field: str = "driver_id") -> Entry:
    """Return the race entry of a driver by the driver's reference. Raises `Invalid` for an unknown reference."""
    driver = Driver.objects.filter(ref=driver_id).first()
    if driver is None:
        raise Invalid(_("There is no driver “%(driver)s”.") % {"driver": driver_id}, field=field)
    return selectors.entry_of(race, driver)


class BaseDraftViewSet(BaseViewSet):
    # Responses about one draft, which the URL identifies by its id or by league and race. Here and below this is not a
    # docstring, which drf-spectacular would publish as the description of every action.

    permission_classes: Sequence[type[permissions.BasePermission]] = (permissions.IsAuthenticatedOrReadOnly,)

    def draft_status_response(self, draft: Draft) -> Response:
        now = clock.now()
        draft = services.expire_turn_if_due(draft=draft, now=now)
        own, opening = own_constructor(self.request.user, draft.league), selectors.openings([draft]).get(draft.pk)
        room = selectors.draft_room(draft)
        turn = room.turn_for(own, now)
        cells = [cell for _, cells in room.rounds for cell in cells]
        picks = [cell.pick for cell in cells if cell.pick]
        values = {
            "draft": draft,
            "on_the_clock": turn.slot,
            "picks_made": len(picks),
            "picks_total": len(cells),
            "picks": sorted(picks, key=lambda pick: pick.slot.number),
            "free_drivers": [{"entry": entry, "points": points} for entry, points in room.free],
            "constructor_id": own.pk if own else None,
            "can_pick": turn.can_pick,
            "server_time": now,
            "waits_for_start": opening is not None and opening.waits_for_start,
            "opens_by": opening.opens_by if opening else None,
        }
        return self.respond(serializers.DraftStatusSerializer, values)

    def draft_order_response(self, draft: Draft) -> Response:
        slots = list(draft.slots.select_related("constructor__owner").order_by("number"))
        draw = selectors.draw_of(draft)
        values = {
            "drawn": [constructor.pk for constructor in draw.drawn] if draw else None,
            "added_later": _added_later(draw) if draw else [],
            "draft": draft,
            "seed": draft.order_seed if draft.opened_at else None,
            "order": list({slot.constructor_id: slot.constructor for slot in slots}.values()),
            "slots": slots,
        }
        return self.respond(serializers.DraftOrderSerializer, values)

    def set_draft_order(self, request: SignedInApiRequest, draft: Draft) -> Response:
        body = self.validate_body(serializers.NewOrderSerializer)
        return self.draft_order_response(services.set_order(draft=draft, by=request.user, now=clock.now(), **body))


def _added_later(draw: selectors.Draw) -> list[dict[str, Any]]:
    added = [(constructor, None) for constructor in draw.added]
    replacing = [(constructor, bot) for bot, constructor in draw.replaced.items()]
    return [
        {"pk": constructor.pk, "name": constructor.name, "player": constructor.player, "bot_id": bot}
        for constructor, bot in [*replacing, *added]
    ]


@extend_schema(tags=["drafts"])
class RaceDraftViewSet(BaseDraftViewSet):
    # The draft that the URL identifies by race and league.

    @extend_schema(
        summary="Get a draft by league and race",
        responses={200: serializers.DraftStatusSerializer, **error_responses(401, 404)},
    )
    def status(self, request: Request, race_id: int, league_id: int) -> Response:
        return self.draft_status_response(_draft_of_race(request, race_id, league_id))

    @extend_schema(
        summary="Get the order of a draft by league and race",
        responses={200: serializers.DraftOrderSerializer, **error_responses(401, 404)},
    )
    def order(self, request: Request, race_id: int, league_id: int) -> Response:
        return self.draft_order_response(_draft_of_race(request, race_id, league_id))

    @extend_schema(
        summary="Set the order of a draft by league and race",
        request=serializers.NewOrderSerializer,
        responses={200: serializers.DraftOrderSerializer, **error_responses(400, 401, 403, 404, 409)},
        description="For managers of the league. Possible until the first pick is made.",
    )
    def set_order(self, request: SignedInApiRequest, race_id: int, league_id: int) -> Response:
        return self.set_draft_order(request, _draft_of_race(request, race_id, league_id))


def _draft_of_race(request: Request, race_id: int, league_id: int) -> Draft:
    league = visible_league(request, league_id)
    draft = selectors.draft_of(league, get_object_or_404(Race, pk=race_id, season=league.season_id))
    if draft is None:
        raise exceptions.NotFound(_("This league does not draft for this race."))
    return draft


@extend_schema(tags=["drafts"])
class DraftListViewSet(BaseViewSet):
    permission_classes = (permissions.IsAuthenticatedOrReadOnly,)
    queryset = Draft.objects.none()
    filter_backends = (DjangoFilterBackend,)
    filterset_class = DraftFilter

    @extend_schema(
        summary="List the drafts of your leagues, or of one league, latest race first",
        responses={200: serializers.DraftSerializer(many=True), **error_responses(400, 401, 404)},
    )
    def list(self, request: Request) -> Response:
        drafts = selectors.with_opening_counts(selectors.drafts_visible_to(request.user)).order_by(
            "-race__race_date", "-pk"
        )
        if "league_id" not in request.query_params:
            if not request.user.is_authenticated:
                raise exceptions.NotAuthenticated
            drafts = drafts.filter(league__in=own_memberships(request.user).values("league"))
        return self.respond_with_page(serializers.DraftSerializer, self.filter_queryset(drafts))


@extend_schema(tags=["leagues"])
class CurrentSettingsViewSet(BaseViewSet):
    @extend_schema(
        summary="Get the league settings that apply to the drafts",
        responses={200: SettingsVersionSerializer, **error_responses(401, 404)},
        description="Before the league's first draft, the settings that it will use.",
    )
    def show(self, request: Request, league_id: int) -> Response:
        league = accessible_league(request, league_id)
        return self.respond(SettingsVersionSerializer, selectors.settings_in_force(league))


@extend_schema(tags=["drafts"])
class DraftViewSet(BaseDraftViewSet):
    # The draft that the URL identifies by its id.

    @extend_schema(
        summary="Get a draft",
        responses={200: serializers.DraftStatusSerializer, **error_responses(401, 404)},
    )
    def show(self, request: Request, draft_id: int) -> Response:
        return self.draft_status_response(visible_draft(request, draft_id))

    @extend_schema(
        summary="Get the order of a draft, with its proof",
        responses={200: serializers.DraftOrderSerializer, **error_responses(401, 404)},
    )
    def order(self, request: Request, draft_id: int) -> Response:
        return self.draft_order_response(visible_draft(request, draft_id))

    @extend_schema(
        summary="Set the order of a draft",
        request=serializers.NewOrderSerializer,
        responses={200: serializers.DraftOrderSerializer, **error_responses(400, 401, 403, 404, 409)},
        description="For managers of the league. Possible until the first pick is made.",
    )
    def set_order(self, request: SignedInApiRequest, draft_id: int) -> Response:
        return self.set_draft_order(request, visible_draft(request, draft_id))

    @extend_schema(
        summary="List the slots of a draft with their picks",
        responses={200: serializers.RoomSlotSerializer(many=True), **error_responses(401, 404)},
    )
    def slots(self, request: Request, draft_id: int) -> Response:
        draft = services.expire_turn_if_due(draft=visible_draft(request, draft_id), now=clock.now())
        picks = Prefetch("picks", queryset=selectors.picks_of(draft))
        slots = draft.slots.select_related("constructor").prefetch_related(picks).order_by("number")
        return self.respond_with_page(serializers.RoomSlotSerializer, slots)

    @extend_schema(
        summary="List the picks of a draft",
        responses={200: serializers.HeldPickSerializer(many=True), **error_responses(401, 404)},
    )
    def picks(self, request: Request, draft_id: int) -> Response:
        draft = services.expire_turn_if_due(draft=visible_draft(request, draft_id), now=clock.now())
        return self.respond_with_page(serializers.HeldPickSerializer, selectors.picks_of(draft))

    @extend_schema(
        summary="List the events of a draft, earliest first",
        parameters=[serializers.EventQuery],
        responses={200: serializers.EventSerializer(many=True), **error_responses(400, 401, 404)},
        description="`/live/drafts/{draft_id}/` streams the same events.",
    )
    def events(self, request: Request, draft_id: int) -> Response:
        after = self.validate_query(serializers.EventQuery)["after"]
        events = visible_draft(request, draft_id).events.filter(seq__gt=after).select_related("by").order_by("seq")
        return self.respond_with_page(serializers.EventSerializer, events)


class PickViewSet(BaseViewSet):
    # The pick. `scoring.api` adds the list of picks at the same URL.

    permission_classes: Sequence[type[permissions.BasePermission]] = (permissions.IsAuthenticatedOrReadOnly,)

    @extend_schema(
        summary="Pick a driver for your constructor, or for one whose deputy you are",
        request=serializers.NewPickSerializer,
        responses={201: serializers.MadePickSerializer, **error_responses(400, 401, 403, 404, 409)},
        tags=["drafts"],
    )
    def create(self, request: SignedInApiRequest, constructor_id: int) -> Response:
        constructor = self._pickable_constructor(request, constructor_id)
        body = self.validate_body(serializers.NewPickSerializer)
        pick = services.make_own_pick(
            constructor=constructor,
            entry=entry_for(_race_or_invalid(body["race_id"]), body["driver_id"]),
            by=request.user,
            now=clock.now(),
            slot_number=body.get("slot"),
        )
        return self.respond(serializers.MadePickSerializer, pick, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change your last pick, until the next pick is made",
        request=serializers.ChangedPickSerializer,
        responses={200: serializers.MadePickSerializer, **error_responses(400, 401, 403, 404, 409)},
        tags=["drafts"],
    )
    def change(self, request: SignedInApiRequest, constructor_id: int) -> Response:
        constructor = self._pickable_constructor(request, constructor_id)
        body = self.validate_body(serializers.ChangedPickSerializer)
        entry = entry_for(_race_or_invalid(body["race_id"]), body["driver_id"])
        pick = services.change_own_pick(constructor=constructor, entry=entry, by=request.user, now=clock.now())
        return self.respond(serializers.MadePickSerializer, pick)

    def _pickable_constructor(self, request: SignedInApiRequest, constructor_id: int) -> Constructor:
        """Return the constructor that the caller picks for, as its player or deputy."""
        constructor = visible_constructor(request, constructor_id)
        if not is_deputy(request.user, constructor):
            constructor = playable_constructor(request, constructor_id)
        return constructor


class SubstitutionViewSet(BaseViewSet):
    permission_classes: Sequence[type[permissions.BasePermission]] = (permissions.IsAuthenticated,)

    @extend_schema(
        summary="Substitute a driver who is out",
        request=serializers.SubstitutionSerializer,
        responses={200: serializers.MadePickSerializer, **error_responses(400, 401, 403, 404, 409)},
        description="Possible until the lock, even in a complete draft. It does not affect turns or clocks.",
        tags=["drafts"],
    )
    def substitute(self, request: SignedInApiRequest, constructor_id: int) -> Response:
        constructor = playable_constructor(request, constructor_id)
        body = self.validate_body(serializers.SubstitutionSerializer)
        race = _race_or_invalid(body["race_id"])
        pick = services.substitute_driver(
            constructor=constructor,
            out=entry_for(race, body["out_driver_id"], field="out_driver_id"),
            entry=entry_for(race, body["driver_id"]),
            by=request.user,
            now=clock.now(),
        )
        return self.respond(serializers.MadePickSerializer, pick)


def _race_or_invalid(race_id: int) -> Race:
    race = Race.objects.filter(pk=race_id).first()
    if race is None:
        raise Invalid(_("There is no such race."), field="race_id")
    return race


def playable_constructor(request: SignedInApiRequest, constructor_id: int) -> Constructor:
    """Return the caller's own constructor. Raises 404 if it is not visible, `NotAllowed` if it is another player's."""
    constructor = visible_constructor(request, constructor_id)
    if not can_play_for(request.user, constructor):
        raise NotAllowed(_("Only the player can decide for this constructor."))
    return constructor
