"""Addresses of a draft: it is named by its league and its race."""

from django.urls import path

from . import views

app_name = "drafts"
urlpatterns = [
    path("leagues/<int:league_pk>/drafts/<int:race_pk>/", views.room, name="room"),
    path("leagues/<int:league_pk>/drafts/<int:race_pk>/pick/", views.pick, name="pick"),
    path("leagues/<int:league_pk>/drafts/<int:race_pk>/order/", views.order, name="order"),
    path("leagues/<int:league_pk>/drafts/<int:race_pk>/order/set/", views.set_order, name="set_order"),
]
