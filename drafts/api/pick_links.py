"""Pick links for apps that get them in a push message: the turn, the pick, autodraft, more time. Without signing in."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import permissions, status
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.viewsets import BaseViewSet, error_responses
from core.errors import Gone
from races.models import Entry, Race

from .. import services
from ..pick_links import LinkChoices, LinkedTurn, PickLink, has_asked_for_time, managers_to_ask, read_pick_link
from . import serializers
from .viewsets import entry_for

PROBLEMS = error_responses(404, 410)


@extend_schema(tags=["drafts"])
class PickLinkViewSet(BaseViewSet):
    # The token in the URL is the credential: any other one in the request is ignored.

    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)

    @extend_schema(
        summary="Get the turn of a pick link",
        description=(
            "A message about a turn has a link to `/pick/{token}/`. The token makes this one pick without signing in; "
            "410 says why it no longer works."
        ),
        responses={200: serializers.LinkedTurnSerializer, **PROBLEMS},
    )
    def show(self, request: Request, token: str) -> Response:
        return self._turn_response(read_pick_link(token))

    @extend_schema(
        summary="Pick with a pick link",
        description="The player is told at once.",
        request=serializers.LinkPickSerializer,
        responses={201: serializers.LinkedTurnSerializer, **error_responses(400, 404, 409, 410)},
    )
    def pick(self, request: Request, token: str) -> Response:
        link = read_pick_link(token)
        services.pick_by_link(link=link, entry=self._requested_entry(link), now=clock.now())
        return self._turn_response(link, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change the pick of a pick link, until the next pick is made",
        request=serializers.LinkPickSerializer,
        responses={200: serializers.LinkedTurnSerializer, **error_responses(400, 404, 409, 410)},
    )
    def change(self, request: Request, token: str) -> Response:
        link = read_pick_link(token)
        services.change_pick_by_link(link=link, entry=self._requested_entry(link), now=clock.now())
        return self._turn_response(link)

    @extend_schema(
        summary="Autodraft the turn of a pick link",
        description="Makes the autopick of this turn now: by the wish list, then by the league's ranking.",
        request=None,
        responses={201: serializers.LinkedTurnSerializer, **error_responses(404, 409, 410)},
    )
    def autodraft(self, request: Request, token: str) -> Response:
        link = read_pick_link(token)
        services.autodraft_by_link(link=link, now=clock.now())
        return self._turn_response(link, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Ask for two more hours with a pick link",
        description="Asks the other managers of the league, once per turn.",
        request=None,
        responses={200: serializers.LinkedTurnSerializer, **error_responses(404, 409, 410)},
    )
    def ask_for_time(self, request: Request, token: str) -> Response:
        link = read_pick_link(token)
        services.ask_for_time(link=link, now=clock.now())
        return self._turn_response(link)

    def _requested_entry(self, link: PickLink) -> Entry:
        body = self.validate_body(serializers.LinkPickSerializer)
        race = Race.objects.filter(drafts__slots=link.slot_id).first()
        if race is None:
            raise Gone(_("This turn is over."))
        return entry_for(race, body["driver_id"])

    def _turn_response(self, link: PickLink, status: int = 200) -> Response:
        now = clock.now()
        turn = services.live_turn(link=link, now=now)
        response = self.respond(serializers.LinkedTurnSerializer, _turn_values(turn) | {"server_time": now}, status)
        response["Cache-Control"] = "no-store"
        return response


def _turn_values(turn: LinkedTurn) -> dict[str, Any]:
    choices = LinkChoices(turn)
    return {
        "turn": turn,
        "best_drivers": [{"entry": entry, "points": points} for entry, points in choices.best],
        "free_drivers": [{"entry": entry, "points": points} for entry, points in choices.free],
        "autopick": choices.by_default if turn.pick is None else None,
        "can_ask_for_time": bool(managers_to_ask(turn)) and not has_asked_for_time(turn),
        "has_asked_for_time": has_asked_for_time(turn),
    }
