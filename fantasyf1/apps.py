"""The admin's app: it puts the site's own door in the place of Django's."""

from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig


class AdminConfig(SimpleAdminConfig):
    default_site = "fantasyf1.admin_site.CommissionersSite"

    def ready(self) -> None:
        super().ready()
        admin.autodiscover()
