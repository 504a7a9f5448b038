"""URLs of the pages of scores."""

from django.urls import path

from . import views

app_name = "scoring"
urlpatterns = [
    path("leagues/<int:pk>/races/<int:race_pk>/corrections/", views.league_corrections, name="league_corrections"),
    path("leagues/<int:pk>/records/", views.records, name="records"),
    path("leagues/<int:pk>/records/<int:constructor_pk>/", views.honours, name="honours"),
    path("races/<int:race_pk>/corrections/", views.race_corrections, name="race_corrections"),
    path("rankings/", views.rankings, name="rankings"),
]
