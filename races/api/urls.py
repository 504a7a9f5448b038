"""URLs of seasons, races and drivers below /api/v1/."""

from django.urls import path

from .revisions import RevisionViewSet
from .teams import TeamViewSet
from .viewsets import DriverViewSet, RaceViewSet, SeasonViewSet

urlpatterns = [
    path("seasons", SeasonViewSet.as_view({"get": "list"}), name="seasons"),
    path("races", RaceViewSet.as_view({"get": "list"}), name="races"),
    path("races/next", RaceViewSet.as_view({"get": "next"}), name="next-race"),
    path("races/<int:race_id>", RaceViewSet.as_view({"get": "retrieve"}), name="race"),
    path(
        "races/<int:race_id>/results", RevisionViewSet.as_view({"get": "results", "post": "enter"}), name="race-results"
    ),
    path("races/<int:race_id>/results/release", RevisionViewSet.as_view({"post": "release"}), name="release-results"),
    path("races/<int:race_id>/revisions", RevisionViewSet.as_view({"get": "revisions"}), name="revisions"),
    path("teams", TeamViewSet.as_view({"get": "list"}), name="teams"),
    path("teams/standings", TeamViewSet.as_view({"get": "standings"}), name="team-standings"),
    path("drivers", DriverViewSet.as_view({"get": "list"}), name="drivers"),
    path("drivers/<slug:driver_id>", DriverViewSet.as_view({"get": "retrieve"}), name="driver"),
]
