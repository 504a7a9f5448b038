"""App configurations: the admin with the project's own site, and names for allauth's apps in the admin."""

import gc
from types import MappingProxyType

from allauth.account.apps import AccountConfig
from allauth.mfa.apps import MFAConfig
from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.templatetags import admin_list
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_celery_results.apps import CeleryResultConfig

from fantasyf1.catalogues import compile_missing


class ProjectConfig(AppConfig):
    """Makes the project package an app, for its management commands.

    At start it turns on the garbage collection, which is off during imports (`fantasyf1/__init__.py`), compiles the
    translations, and registers the notifications of the project package.
    """

    name = "fantasyf1"

    def ready(self) -> None:
        from fantasyf1 import notification_kinds
        from notifications import kinds

        gc.freeze()
        gc.enable()
        kinds.register(*notification_kinds.MESSAGES)
        compile_missing(settings.CATALOGUES, settings.LOCALE_PATHS[0])


def boolean_icon(value: bool | None) -> SafeString:
    """Yes or no in a list or a form of the admin."""
    if value is None:
        name, text = "unknown", gettext("Unknown")
    else:
        name, text = ("yes", gettext("Yes")) if value else ("no", gettext("No"))
    return format_html('<img src="{}" alt="{}">', static(f"admin/img/icon-{name}.svg"), text)


class AdminConfig(SimpleAdminConfig):
    default_site = "fantasyf1.admin_site.CommissionerAdminSite"
    # Models of packages that the project does not use.
    UNUSED_MODELS = (
        "auth.Group",
        "django_celery_beat.ClockedSchedule",
        "django_celery_beat.SolarSchedule",
        "django_celery_results.GroupResult",
    )

    def ready(self) -> None:
        super().ready()
        admin.autodiscover()
        # Django's icons say "True" and "False" in every language. It calls the function by its name for each boolean
        # field of lists and read-only forms. The public way, a method for each field that returns text, would have no
        # icons, and every new field would need one.
        admin_list._boolean_icon = boolean_icon  # type: ignore[attr-defined]
        admin.site.unregister(apps.get_model(name) for name in self.UNUSED_MODELS)


class EmailAddressesConfig(AccountConfig):
    verbose_name = _("E-mail addresses")


class TwoFactorConfig(MFAConfig):
    """allauth's model has no labels that could be translated."""

    verbose_name = _("Two-factor authentication")
    FIELD_LABELS = MappingProxyType(
        {
            "user": _("user"),
            "type": _("type"),
            "created_at": _("created at"),
            "last_used_at": _("last used at"),
        }
    )

    def ready(self) -> None:
        super().ready()
        options = self.get_model("Authenticator")._meta
        options.verbose_name, options.verbose_name_plural = _("authenticator"), _("authenticators")
        for name, label in self.FIELD_LABELS.items():
            options.get_field(name).verbose_name = label  # type: ignore[union-attr]  # none is the end of a relation


class FailedTasksConfig(CeleryResultConfig):
    """Names the results for what is kept of them: failures."""

    verbose_name = _("Failed tasks")
    FIELD_LABELS = MappingProxyType(
        {
            "task_id": _("ID"),
            "task_name": _("task"),
            "periodic_task_name": _("schedule"),
            "task_args": _("arguments"),
            "task_kwargs": _("named arguments"),
            "worker": _("worker"),
            "result": _("error"),
            "date_done": _("failed at"),
            "traceback": _("traceback"),
        }
    )

    def ready(self) -> None:
        super().ready()
        options = self.get_model("TaskResult")._meta
        options.verbose_name, options.verbose_name_plural = _("failed task"), _("failed tasks")
        for name, label in self.FIELD_LABELS.items():
            options.get_field(name).verbose_name = label  # type: ignore[union-attr]  # none is the end of a relation
