"""Leaderboards, the ranking of drivers, and what every pick of a constructor brought."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import permissions
from rest_framework.request import Request
from rest_framework.response import Response

from constructors.api.views import visible_constructor
from drafts.api.views import PickDoor
from fantasyf1.kit.api.doors import Door, described_faults
from leagues.api.views import visible_league
from leagues.rules import RuleSet
from races.api.views import OpenDoor, season_of
from races.models import Race

from .. import selectors
from . import serializers


@extend_schema(tags=["drivers"])
class RankingDoor(OpenDoor):
    @extend_schema(
        summary="The drivers of a season ranked by points",
        parameters=[serializers.RankingQuery],
        responses={200: serializers.RankedDriverSerializer(many=True), **described_faults(400, 404)},
    )
    def list(self, request: Request) -> Response:
        query = self.read_query(serializers.RankingQuery)
        season = season_of(query.get("season"))
        rows = selectors.driver_rankings(season, RuleSet(kind=query["scoring"], sprints=query["sprints"]))
        return self.answer_page(serializers.RankedDriverSerializer, rows)


@extend_schema(tags=["leagues"])
class LeaderboardDoor(Door):
    permission_classes = (permissions.IsAuthenticatedOrReadOnly,)

    @extend_schema(
        summary="A league's table of the season or of one race",
        parameters=[serializers.LeaderboardQuery],
        responses={200: serializers.LeaderboardRowSerializer(many=True), **described_faults(400, 401, 404)},
    )
    def list(self, request: Request, league_id: int) -> Response:
        league = visible_league(request, league_id)
        race_id = self.read_query(serializers.LeaderboardQuery).get("race_id")
        race = get_object_or_404(Race, pk=race_id, season=league.season) if race_id else None
        return self.answer_page(serializers.LeaderboardRowSerializer, selectors.leaderboard(league, race))


class ConstructorDraftsDoor(PickDoor):
    """Where a constructor picks, and where its picks can be read with their points."""

    @extend_schema(
        summary="A constructor's drafts with its picks and points, the latest race first",
        responses={200: serializers.ConstructorDraftSerializer(many=True), **described_faults(401, 404)},
        tags=["constructors"],
    )
    def list(self, request: Request, constructor_id: int) -> Response:
        drafts = selectors.drafts_with_scores(visible_constructor(request, constructor_id))
        return self.answer_page(serializers.ConstructorDraftSerializer, drafts)
