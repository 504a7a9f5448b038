"""URLs of the constructor pages."""

from django.urls import path

from . import views

app_name = "constructors"
urlpatterns = [path("constructors/<int:pk>/rename/", views.rename, name="rename")]
