"""API viewsets of seasons, races and drivers."""

from collections.abc import Callable
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, permissions
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api.etags import conditional_response
from core.api.viewsets import BaseViewSet, error_responses

from .. import result_responses, selectors
from ..models import Driver, Race, Season
from . import serializers
from .filters import RaceFilter, filter_entries, order_entries


class PublicViewSet(BaseViewSet):
    permission_classes = (permissions.AllowAny,)


def season_or_404(year: int | None, default: Callable[[datetime], Season | None] = selectors.current_season) -> Season:
    """Return the season of a year, or the default one. Raises `NotFound` if there is none."""
    season = default(clock.now()) if year is None else selectors.season_for_year(year)
    if season is None:
        raise exceptions.NotFound(_("There is no such season."))
    return season


@extend_schema(tags=["races"])
class SeasonViewSet(PublicViewSet):
    @extend_schema(
        summary="List seasons, latest first",
        responses={200: serializers.SeasonSerializer(many=True), **error_responses(404)},
    )
    def list(self, request: Request) -> Response:
        return self.respond_with_page(serializers.SeasonSerializer, selectors.real_seasons())


@extend_schema(tags=["races"])
class RaceViewSet(PublicViewSet):
    queryset = Race.objects.none()
    filter_backends = (DjangoFilterBackend,)
    filterset_class = RaceFilter

    @extend_schema(
        summary="List the races of a season",
        parameters=[serializers.SeasonQuery],
        responses={200: serializers.RaceSerializer(many=True), **error_responses(400, 404)},
    )
    def list(self, request: Request) -> Response:
        season = season_or_404(self.validate_query(serializers.SeasonQuery).get("season"))
        return self.respond_with_page(serializers.RaceSerializer, self.filter_queryset(selectors.calendar(season)))

    @extend_schema(summary="Get the next race", responses={200: serializers.RaceSerializer, **error_responses(404)})
    def next(self, request: Request) -> Response:
        race = selectors.next_race(season_or_404(None), clock.now())
        if race is None:
            raise exceptions.NotFound(_("The season has no more races."))
        return self.respond(serializers.RaceSerializer, race)

    @extend_schema(summary="Get a race", responses={200: serializers.RaceSerializer, **error_responses(404)})
    def retrieve(self, request: Request, race_id: int) -> Response:
        return self.respond(serializers.RaceSerializer, _race(race_id))

    @extend_schema(
        summary="Get the results of a race", responses={200: serializers.RaceResultsSerializer, **error_responses(404)}
    )
    def results(self, request: Request, race_id: int) -> HttpResponse:
        def find() -> result_responses.VersionedResults:
            if results := result_responses.versioned_results(race_id):
                return results
            raise Http404

        return conditional_response(request, result_responses.results_response(find))


def _race(race_id: int) -> Race:
    return get_object_or_404(Race.objects.select_related("circuit", "season"), pk=race_id)


@extend_schema(tags=["drivers"])
class DriverViewSet(PublicViewSet):
    @extend_schema(
        summary="List the drivers of a season",
        parameters=[serializers.DriverQuery],
        responses={200: serializers.EnteredDriverSerializer(many=True), **error_responses(400, 404)},
    )
    def list(self, request: Request) -> Response:
        query = self.validate_query(serializers.DriverQuery)
        ordering = query.pop("ordering")
        season = season_or_404(query.pop("season", None), selectors.latest_season_with_races)
        entries = order_entries(filter_entries(selectors.latest_entries(season), **query), ordering)
        return self.respond_with_page(serializers.EnteredDriverSerializer, entries)

    @extend_schema(
        summary="Get a driver and their results in a season",
        parameters=[serializers.SeasonQuery],
        responses={200: serializers.DriverDetailSerializer, **error_responses(400, 404)},
    )
    def retrieve(self, request: Request, driver_id: str) -> Response:
        driver = get_object_or_404(Driver, ref=driver_id)
        year = self.validate_query(serializers.SeasonQuery).get("season")
        season = season_or_404(year, selectors.latest_season_with_races)
        entry = selectors.latest_entry(driver.ref, season)
        detail = {
            "driver": driver,
            "number": entry.number if entry else None,
            "team": entry.team if entry else None,
            "seasons": [season.year for season in selectors.seasons_of_driver(driver)],
            "results": selectors.results_of_driver(driver, season),
        }
        return self.respond(serializers.DriverDetailSerializer, detail)
