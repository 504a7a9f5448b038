"""URLs of seasons, races and drivers below /api/v1/."""

from django.urls import path

from .ledger import LedgerDoor
from .views import DriverDoor, RaceDoor, SeasonDoor

urlpatterns = [
    path("seasons", SeasonDoor.as_view({"get": "list"}), name="seasons"),
    path("races", RaceDoor.as_view({"get": "list"}), name="races"),
    path("races/next", RaceDoor.as_view({"get": "next"}), name="next-race"),
    path("races/<int:race_id>", RaceDoor.as_view({"get": "show"}), name="race"),
    path("races/<int:race_id>/results", LedgerDoor.as_view({"get": "results", "post": "enter"}), name="race-results"),
    path("races/<int:race_id>/results/release", LedgerDoor.as_view({"post": "release"}), name="release-results"),
    path("races/<int:race_id>/revisions", LedgerDoor.as_view({"get": "revisions"}), name="revisions"),
    path("drivers", DriverDoor.as_view({"get": "list"}), name="drivers"),
    path("drivers/<slug:driver_id>", DriverDoor.as_view({"get": "show"}), name="driver"),
]
