"""App configurations: the admin with the project's own site, and names for allauth's apps in the admin."""

from allauth.account.apps import AccountConfig
from allauth.mfa.apps import MFAConfig
from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.translation import gettext_lazy as _

from fantasyf1.catalogues import compile_missing


class ProjectConfig(AppConfig):
    """Makes the project package an app, for its management commands. At start it compiles the translations."""

    name = "fantasyf1"

    def ready(self) -> None:
        compile_missing(settings.CATALOGUES, settings.LOCALE_PATHS[0])


class AdminConfig(SimpleAdminConfig):
    default_site = "fantasyf1.admin_site.CommissionerAdminSite"
    # Models of Django and django-celery-beat that the project does not use.
    UNUSED_MODELS = ("auth.Group", "django_celery_beat.ClockedSchedule", "django_celery_beat.SolarSchedule")

    def ready(self) -> None:
        super().ready()
        admin.autodiscover()
        admin.site.unregister(apps.get_model(name) for name in self.UNUSED_MODELS)


class EmailAddressesConfig(AccountConfig):
    verbose_name = _("E-mail addresses")


class TwoFactorConfig(MFAConfig):
    verbose_name = _("Two-factor authentication")
