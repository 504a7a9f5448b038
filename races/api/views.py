"""API viewsets of seasons, races and drivers."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, permissions
from rest_framework.request import Request
from rest_framework.response import Response

from fantasyf1.kit import clock, rendered
from fantasyf1.kit.api.doors import Door, described_faults

from .. import published, selectors
from ..models import Driver, Race, Season
from . import serializers
from .filters import RaceFilter, narrowed, ordered


class OpenDoor(Door):
    permission_classes = (permissions.AllowAny,)


def season_of(year: int | None) -> Season:
    """Return the season of a year, or the current one. Raises `NotFound` if there is none."""
    season = selectors.current_season(clock.now()) if year is None else selectors.season_for_year(year)
    if season is None:
        raise exceptions.NotFound("There is no such season.")
    return season


@extend_schema(tags=["races"])
class SeasonDoor(OpenDoor):
    @extend_schema(
        summary="Seasons, the latest first",
        responses={200: serializers.SeasonSerializer(many=True), **described_faults(404)},
    )
    def list(self, request: Request) -> Response:
        return self.answer_page(serializers.SeasonSerializer, selectors.real_seasons())


@extend_schema(tags=["races"])
class RaceDoor(OpenDoor):
    queryset = Race.objects.none()
    filter_backends = (DjangoFilterBackend,)
    filterset_class = RaceFilter

    @extend_schema(
        summary="The calendar of a season",
        parameters=[serializers.SeasonQuery],
        responses={200: serializers.RaceSerializer(many=True), **described_faults(400, 404)},
    )
    def list(self, request: Request) -> Response:
        season = season_of(self.read_query(serializers.SeasonQuery).get("season"))
        return self.answer_page(serializers.RaceSerializer, self.filter_queryset(selectors.calendar(season)))

    @extend_schema(
        summary="The race that comes next", responses={200: serializers.RaceSerializer, **described_faults(404)}
    )
    def next(self, request: Request) -> Response:
        race = selectors.next_race(season_of(None), clock.now())
        if race is None:
            raise exceptions.NotFound("The season has no race left.")
        return self.answer(serializers.RaceSerializer, race)

    @extend_schema(summary="A race", responses={200: serializers.RaceSerializer, **described_faults(404)})
    def show(self, request: Request, race_id: int) -> Response:
        return self.answer(serializers.RaceSerializer, _race(race_id))

    @extend_schema(
        summary="What came of a race", responses={200: serializers.RaceResultsSerializer, **described_faults(404)}
    )
    def results(self, request: Request, race_id: int) -> HttpResponse:
        def find() -> published.Results:
            if results := published.found_results(race_id):
                return results
            raise Http404

        return rendered.answer(request, published.results_page(find))


def _race(race_id: int) -> Race:
    return get_object_or_404(Race.objects.select_related("circuit", "season"), pk=race_id)


@extend_schema(tags=["drivers"])
class DriverDoor(OpenDoor):
    @extend_schema(
        summary="The drivers of a season, by team or in another order",
        parameters=[serializers.DriverQuery],
        responses={200: serializers.EnteredDriverSerializer(many=True), **described_faults(400, 404)},
    )
    def list(self, request: Request) -> Response:
        query = self.read_query(serializers.DriverQuery)
        ordering, season = query.pop("ordering"), season_of(query.pop("season", None))
        entries = ordered(narrowed(selectors.latest_entries(season), **query), ordering)
        return self.answer_page(serializers.EnteredDriverSerializer, entries)

    @extend_schema(
        summary="A driver with his results of a season",
        parameters=[serializers.SeasonQuery],
        responses={200: serializers.DriverDetailSerializer, **described_faults(400, 404)},
    )
    def show(self, request: Request, driver_id: str) -> Response:
        driver = get_object_or_404(Driver, ref=driver_id)
        season = season_of(self.read_query(serializers.SeasonQuery).get("season"))
        entry = selectors.latest_entry(driver, season)
        detail = {
            "driver": driver,
            "number": entry.number if entry else None,
            "team": entry.team if entry else None,
            "seasons": [season.year for season in selectors.seasons_of_driver(driver)],
            "results": selectors.results_of_driver(driver, season),
        }
        return self.answer(serializers.DriverDetailSerializer, detail)
