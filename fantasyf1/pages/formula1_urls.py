"""URLs of the pages that show real drivers and teams through the eyes of a league."""

from django.urls import path

from . import formula1

app_name = "formula1"
urlpatterns = [
    path("races/<int:race_pk>/picks/", formula1.race_picks, name="race_picks"),
    path("drivers/", formula1.drivers, name="drivers"),
    path("drivers/<slug:ref>/", formula1.driver, name="driver"),
    path("teams/", formula1.teams, name="teams"),
    path("teams/<slug:team_ref>/", formula1.team, name="team"),
]
