"""All addresses of the site: pages, the API, the administrators' admin."""

from django.contrib import admin
from django.urls import include, path

from fantasyf1 import views

urlpatterns = [
    path("", views.home, name="home"),
    path("accounts/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("", include("races.urls")),
    path("", include("leagues.urls")),
    path("", include("constructors.urls")),
    path("", include("drafts.urls")),
    path("", include("scoring.urls")),
]
