"""URLs of the public calendar and race pages."""

from django.urls import path

from . import views

app_name = "races"
urlpatterns = [
    path("races/", views.calendar, name="calendar"),
    path("races/<int:pk>/", views.race, name="race"),
    path("races/<int:year>/calendar.ics", views.season_calendar, name="season_calendar"),
]
