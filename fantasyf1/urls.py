"""All addresses of the site: pages, the API, the administrators' admin."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from accounts.urls import allauth_urls
from fantasyf1 import views
from fantasyf1.kit.api import doors

# Scoring comes first: `drivers/rankings` must not be taken for a driver.
api_v1 = [
    path("", include("scoring.api.urls")),
    path("", include("drafts.api.urls")),
    path("", include("constructors.api.urls")),
    path("", include("leagues.api.urls")),
    path("", include("races.api.urls")),
    path("", include("accounts.api.urls")),
]

urlpatterns = [
    # Addresses of the API are written without a last slash and answer with one as well (ApiAddressMiddleware).
    path("api/v1/", include((api_v1, "api"))),
    path("api/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(template_name="swagger.html"), name="docs"),
    path("api/redoc", doors.redoc, name="redoc"),
    # Whatever it is, a line break as well: a dot would leave that out.
    re_path(r"^api(/[\s\S]*)?$", doors.NothingHere.as_view()),
    path("", views.home, name="home"),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include(allauth_urls)),
    path("admin/", admin.site.urls),
    path("", include("races.urls")),
    path("", include("leagues.urls")),
    path("", include("constructors.urls")),
    path("", include("drafts.urls")),
    path("", include("scoring.urls")),
]

handler500 = doors.server_error
