"""API viewset of the real teams: their drivers, and the championship."""

from itertools import groupby

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.viewsets import error_responses

from .. import selectors
from . import serializers
from .viewsets import PublicViewSet, season_or_404


@extend_schema(tags=["teams"])
class TeamViewSet(PublicViewSet):
    @extend_schema(
        summary="List the teams of a season with their drivers",
        parameters=[serializers.SeasonQuery],
        responses={200: serializers.TeamDetailSerializer(many=True), **error_responses(400, 404)},
        description="Drivers are listed with the team of their latest race.",
    )
    def list(self, request: Request) -> Response:
        year = self.validate_query(serializers.SeasonQuery).get("season")
        season = season_or_404(year, selectors.latest_season_with_races)
        entries = [entry for entry in selectors.latest_entries(season) if entry.team is not None]
        by_team = groupby(entries, key=lambda entry: entry.team)
        teams = [{"team": team, "drivers": list(drivers)} for team, drivers in by_team]
        return self.respond_with_page(serializers.TeamDetailSerializer, teams)

    @extend_schema(
        summary="Get the standings of the teams in a season",
        operation_id="teams_standings_list",
        parameters=[serializers.SeasonQuery],
        responses={200: serializers.TeamStandingSerializer(many=True), **error_responses(400, 404)},
        description="By official points in races and sprints, not by those of a league.",
    )
    def standings(self, request: Request) -> Response:
        year = self.validate_query(serializers.SeasonQuery).get("season")
        season = season_or_404(year, selectors.latest_season_with_results)
        return self.respond_with_page(serializers.TeamStandingSerializer, selectors.team_standings(season))
