"""URLs of leagues, standings, rankings and practice drafts."""

from django.urls import path

from . import practice_views, views

app_name = "scoring"
urlpatterns = [
    path("leagues/", views.mine, name="mine"),
    path("leagues/<int:pk>/", views.league, name="league"),
    path("leagues/<int:pk>/table.csv", views.league_table_file, name="league_table_file"),
    path("leagues/<int:pk>/races/<int:race_pk>/", views.league_race, name="league_race"),
    path("leagues/<int:pk>/races/<int:race_pk>/corrections/", views.league_corrections, name="league_corrections"),
    path("races/<int:race_pk>/corrections/", views.race_corrections, name="race_corrections"),
    path("leagues/<int:pk>/settings/preview/", views.scoring_preview, name="preview"),
    path("constructors/<int:pk>/", views.constructor, name="constructor"),
    path("rankings/", views.drivers, name="drivers"),
    path("practice/", practice_views.begin, name="practice"),
    path("practice/draft/", practice_views.room, name="practice_room"),
    path("practice/draft/pick/", practice_views.pick, name="practice_pick"),
]
