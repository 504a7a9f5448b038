"""API endpoints of leaderboards, driver rankings, and a constructor's drafts with scored picks."""

from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, permissions
from rest_framework.request import Request
from rest_framework.response import Response

from constructors.api.viewsets import visible_constructor
from core.api.etags import conditional_response
from core.api.pagination import is_page_requested
from core.api.viewsets import BaseViewSet, error_responses
from drafts.api.viewsets import PickViewSet
from leagues.api.viewsets import visible_league
from leagues.models import League
from leagues.rules import RuleSet
from races.api.viewsets import PublicViewSet
from races.models import Race

from .. import selectors
from ..leaderboards import (
    LeaderboardKey,
    RankingKey,
    leaderboard_key_for,
    leaderboard_page,
    leaderboard_rows,
    ranking_key_for,
    ranking_page,
    ranking_rows,
)
from . import serializers


@extend_schema(tags=["drivers"])
class RankingViewSet(PublicViewSet):
    @extend_schema(
        summary="Drivers of a season, ranked by points",
        parameters=[serializers.RankingQuery],
        responses={200: serializers.RankedDriverSerializer(many=True), **error_responses(400, 404)},
    )
    def list(self, request: Request) -> HttpResponse:
        query = self.validate_query(serializers.RankingQuery)
        rule_set = RuleSet(kind=query["scoring"], sprints=query["sprints"])

        def find() -> RankingKey:
            if key := ranking_key_for(query.get("season"), rule_set):
                return key
            raise exceptions.NotFound(_("This season does not exist."))

        if is_page_requested(request):
            return self.respond_with_page(serializers.RankedDriverSerializer, ranking_rows(find))
        return conditional_response(request, ranking_page(find))


@extend_schema(tags=["leagues"])
class LeaderboardViewSet(BaseViewSet):
    permission_classes = (permissions.IsAuthenticatedOrReadOnly,)

    @extend_schema(
        summary="A league's standings for the season or for one race",
        parameters=[serializers.LeaderboardQuery],
        responses={200: serializers.LeaderboardRowSerializer(many=True), **error_responses(400, 401, 404)},
    )
    def list(self, request: Request, league_id: int) -> HttpResponse:
        query = self.validate_query(serializers.LeaderboardQuery)
        race_id = query.get("race_id")
        if "as_of" in query:
            return self._as_of(visible_league(request, league_id), query["as_of"], race_id)

        def find() -> LeaderboardKey:
            if key := leaderboard_key_for(request.user, league_id, race_id):
                return key
            raise Http404

        if is_page_requested(request):
            return self.respond_with_page(serializers.LeaderboardRowSerializer, leaderboard_rows(find))
        return conditional_response(request, leaderboard_page(find))

    def _as_of(self, league: League, at: datetime, race_id: int | None) -> Response:
        race = get_object_or_404(Race, pk=race_id, season=league.season_id) if race_id else None
        return self.respond_with_page(
            serializers.LeaderboardRowSerializer, selectors.leaderboard_as_of(league, at, race)
        )


class ConstructorDraftsViewSet(PickViewSet):
    # Adds the list of picks with their points to the URL of the pick. This is not a docstring, which drf-spectacular
    # would publish as the description of every action.

    @extend_schema(
        summary="A constructor's drafts with its picks and points, latest race first",
        responses={200: serializers.ConstructorDraftSerializer(many=True), **error_responses(401, 404)},
        tags=["constructors"],
    )
    def list(self, request: Request, constructor_id: int) -> Response:
        drafts = selectors.drafts_with_scores(visible_constructor(request, constructor_id))
        return self.respond_with_page(serializers.ConstructorDraftSerializer, drafts)
