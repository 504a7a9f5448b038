"""URLs of leagues, standings, rankings and practice drafts."""

from django.urls import path

from . import practice_views, views

app_name = "scoring"
urlpatterns = [
    path("leagues/", views.my_leagues, name="my_leagues"),
    path("leagues/<int:pk>/", views.league_home, name="league_home"),
    path("leagues/<int:pk>/table.csv", views.standings_csv, name="standings_csv"),
    path("leagues/<int:pk>/races/<int:race_pk>/", views.league_race, name="league_race"),
    path("leagues/<int:pk>/races/<int:race_pk>/corrections/", views.league_corrections, name="league_corrections"),
    path("races/<int:race_pk>/corrections/", views.race_corrections, name="race_corrections"),
    path("leagues/<int:pk>/settings/preview/", views.rules_preview, name="rules_preview"),
    path("constructors/<int:pk>/", views.constructor, name="constructor"),
    path("rankings/", views.rankings, name="rankings"),
    path("practice/", practice_views.begin, name="practice"),
    path("practice/draft/", practice_views.room, name="practice_room"),
    path("practice/draft/pick/", practice_views.pick, name="practice_pick"),
]
