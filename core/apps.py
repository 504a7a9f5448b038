"""App configuration of core: what every app uses, with its own tables and template tags."""

from django.apps import AppConfig
from django.conf import settings
from django.utils import formats
from django.utils import translation as django_translation

from core import translation
from core.metrics import database as metrics_of_database
from core.metrics import tasks as metrics_of_tasks


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core.tasks import request_ids, task_log  # their package needs the models

        task_log.connect()
        request_ids.connect()
        if settings.METRICS:
            metrics_of_database.connect()
            metrics_of_tasks.connect()
        translation.use(
            django_translation.gettext,
            django_translation.ngettext,
            lambda: str(formats.get_format("DECIMAL_SEPARATOR")),
        )
