"""API viewset of corrections: what new revisions of a race's results changed in leagues."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, permissions
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from core.api.viewsets import BaseViewSet, error_responses
from drafts.selectors import draft_of
from leagues.api.viewsets import visible_league
from leagues.selectors import leagues_of
from races.models import Race

from ..corrections import corrections
from . import serializers


@extend_schema(tags=["leagues"])
class LeagueCorrectionsViewSet(BaseViewSet):
    permission_classes = (permissions.IsAuthenticatedOrReadOnly,)

    @extend_schema(
        summary="List what the corrections of a race changed in a league, latest first",
        responses={200: serializers.CorrectionSerializer(many=True), **error_responses(401, 404)},
    )
    def list(self, request: Request, league_id: int, race_id: int) -> Response:
        league = visible_league(request, league_id)
        race = get_object_or_404(Race, pk=race_id, season=league.season_id)
        if draft_of(league, race) is None:
            raise exceptions.NotFound(_("This league does not draft for this race."))
        return self.respond_with_page(serializers.CorrectionSerializer, corrections(race, [league]))


@extend_schema(tags=["races"])
class RaceCorrectionsViewSet(BaseViewSet):
    @extend_schema(
        summary="List what the corrections of a race changed in your leagues, latest first",
        responses={200: serializers.CorrectionSerializer(many=True), **error_responses(401, 404)},
    )
    def list(self, request: SignedInApiRequest, race_id: int) -> Response:
        race = get_object_or_404(Race, pk=race_id)
        leagues = list(leagues_of(request.user).filter(season=race.season_id))
        return self.respond_with_page(serializers.CorrectionSerializer, corrections(race, leagues))
