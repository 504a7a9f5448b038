"""All URLs of the site: pages, the API, the admin."""

from django.contrib import admin
from django.urls import include, path, re_path

from accounts.urls import allauth_urls
from core.api import views
from fantasyf1.pages import javascript_catalog, landing, site, web_app

# Scoring comes first, so that `drivers/rankings` is not matched as a driver.
api_v1 = [
    path("", include("scoring.api.urls")),
    path("", include("drafts.api.urls")),
    path("", include("constructors.api.urls")),
    path("", include("leagues.api.urls")),
    path("", include("races.api.urls")),
    path("", include("accounts.api.urls")),
    path("", include("notifications.api.urls")),
]

urlpatterns = [
    # API URLs have no trailing slash; they work with one as well (ApiTrailingSlashMiddleware).
    path("api/v1/", include((api_v1, "api"))),
    path("api/schema", views.SchemaView.as_view(), name="schema"),
    path("api/docs", views.docs_view, name="docs"),
    path("api/redoc", views.redoc_view, name="redoc"),
    # Any character, including a line break, which a dot would not match.
    re_path(r"^api(/[\s\S]*)?$", views.NotFoundView.as_view()),
    path("", landing.home, name="home"),
    path("accounts/news/", include("notifications.urls")),
    path("manifest.webmanifest", web_app.manifest, name="manifest"),
    path("favicon.ico", web_app.favicon, name="favicon"),
    path("robots.txt", web_app.robots, name="robots"),
    path("sitemap.xml", site.sitemap, name="sitemap"),
    path("sw.js", web_app.service_worker, name="service_worker"),
    path("offline/", web_app.offline, name="offline"),
    path("jsi18n/", javascript_catalog.javascript_catalog, name="javascript_catalog"),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include(allauth_urls)),
    path("admin/", admin.site.urls),
    path("", include("races.urls")),
    path("", include("leagues.urls")),
    path("", include("constructors.urls")),
    path("", include("drafts.urls")),
    path("", include("scoring.urls")),
    path("", include("fantasyf1.pages.urls")),
    path("", include("fantasyf1.pages.formula1_urls")),
]

handler500 = views.server_error
