"""API viewset of a league's records over all its seasons."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import permissions
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.viewsets import BaseViewSet, error_responses
from leagues.api.viewsets import visible_league

from ..records import RecordPlayer, Records, records_of
from . import serializers


@extend_schema(tags=["leagues"])
class RecordsViewSet(BaseViewSet):
    # Members of a league also see the records of its seasons before theirs.
    permission_classes = (permissions.IsAuthenticatedOrReadOnly,)

    @extend_schema(
        summary="A league's records over all its seasons",
        responses={200: serializers.RecordsSerializer, **error_responses(401, 404)},
    )
    def retrieve(self, request: Request, league_id: int) -> Response:
        return self.respond(serializers.RecordsSerializer, _records(request, league_id))

    @extend_schema(
        summary="Compare two players over all seasons",
        operation_id="leagues_records_head_to_head",
        parameters=[serializers.HeadToHeadQuery],
        responses={200: serializers.HeadToHeadSerializer, **error_responses(400, 401, 404)},
    )
    def head_to_head(self, request: Request, league_id: int) -> Response:
        records, query = _records(request, league_id), self.validate_query(serializers.HeadToHeadQuery)
        player = _player_or_404(records, query["constructor_id"])
        other = _player_or_404(records, query["other_constructor_id"])
        return self.respond(serializers.HeadToHeadSerializer, records.head_to_head(player, other))

    @extend_schema(
        summary="A player's honours over all seasons",
        operation_id="leagues_records_honours",
        responses={200: serializers.HonoursSerializer, **error_responses(401, 404)},
        description="The constructor is one of the player's, in any season of the league.",
    )
    def honours(self, request: Request, league_id: int, constructor_id: int) -> Response:
        records = _records(request, league_id)
        return self.respond(serializers.HonoursSerializer, records.honours(_player_or_404(records, constructor_id)))


def _records(request: Request, league_id: int) -> Records:
    return records_of(visible_league(request, league_id), request.user, clock.now())


def _player_or_404(records: Records, constructor_id: int) -> RecordPlayer:
    player = records.player_of(constructor_id)
    if player is None:
        raise Http404
    return player
