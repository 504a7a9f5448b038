"""URLs of the constructor pages."""

from django.urls import path

from . import views

app_name = "constructors"
urlpatterns = [
    path("constructors/<int:pk>/rename/", views.rename, name="rename"),
    path("leagues/<int:league_pk>/members/<int:user_pk>/deputy/", views.deputy, name="deputy"),
]
