"""All addresses of the site: pages, the API, the administrators' admin."""

from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
]
