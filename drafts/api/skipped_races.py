"""API viewset of the races that a league skips: seen by members, decided by managers."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from core import clock
from core.api.viewsets import BaseViewSet, error_responses
from leagues.api.viewsets import accessible_league
from leagues.models import League
from leagues.selectors import skipped_races
from races.models import Race

from .. import services
from . import serializers


@extend_schema(tags=["leagues"])
class SkippedRaceViewSet(BaseViewSet):
    @extend_schema(
        summary="List the races that a league skips",
        responses={200: serializers.SkippedRaceSerializer(many=True), **error_responses(401, 404)},
    )
    def list(self, request: SignedInApiRequest, league_id: int) -> Response:
        return self.respond_with_page(
            serializers.SkippedRaceSerializer, skipped_races(accessible_league(request, league_id))
        )

    @extend_schema(
        summary="Let a league skip a race",
        request=None,
        responses={204: None, **error_responses(401, 403, 404, 409)},
        description="Possible until the first pick. The league does not draft for the race, and nobody scores.",
    )
    def skip(self, request: SignedInApiRequest, league_id: int, race_id: int) -> Response:
        league = accessible_league(request, league_id)
        services.skip_race(league=league, race=_race_or_404(league, race_id), by=request.user, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Let a league draft for a race that it wanted to skip",
        request=None,
        responses={204: None, **error_responses(401, 403, 404, 409)},
    )
    def restore(self, request: SignedInApiRequest, league_id: int, race_id: int) -> Response:
        league = accessible_league(request, league_id)
        services.restore_race(league=league, race=_race_or_404(league, race_id), by=request.user, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _race_or_404(league: League, race_id: int) -> Race:
    return get_object_or_404(Race, pk=race_id, season=league.season_id)
