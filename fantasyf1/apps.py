"""The admin's app, which puts the site's own door in the place of Django's, and what it calls the parts of others."""

from allauth.account.apps import AccountConfig
from allauth.mfa.apps import MFAConfig
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig


class AdminConfig(SimpleAdminConfig):
    default_site = "fantasyf1.admin_site.CommissionersSite"
    # What Django and django-celery-beat bring, and nothing here goes by.
    NOT_USED = ("auth.Group", "django_celery_beat.ClockedSchedule", "django_celery_beat.SolarSchedule")

    def ready(self) -> None:
        super().ready()
        admin.autodiscover()
        admin.site.unregister(apps.get_model(name) for name in self.NOT_USED)


class AddressesConfig(AccountConfig):
    verbose_name = "E-mail addresses"  # type: ignore[assignment]  # theirs are translated


class CodesConfig(MFAConfig):
    verbose_name = "Codes at signing in"  # type: ignore[assignment]  # the same
