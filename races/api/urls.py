"""Addresses of seasons, races and drivers below /api/v1/."""

from django.urls import path

from .views import DriverDoor, RaceDoor, SeasonDoor

urlpatterns = [
    path("seasons", SeasonDoor.as_view({"get": "list"}), name="seasons"),
    path("races", RaceDoor.as_view({"get": "list"}), name="races"),
    path("races/next", RaceDoor.as_view({"get": "next"}), name="next-race"),
    path("races/<int:race_id>", RaceDoor.as_view({"get": "show"}), name="race"),
    path("races/<int:race_id>/results", RaceDoor.as_view({"get": "results"}), name="race-results"),
    path("drivers", DriverDoor.as_view({"get": "list"}), name="drivers"),
    path("drivers/<slug:driver_id>", DriverDoor.as_view({"get": "show"}), name="driver"),
]
