"""App configuration of core: what every app uses, with its own tables and template tags."""

from django.apps import AppConfig
from django.utils import formats
from django.utils import translation as django_translation

from core import translation


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core.tasks import request_ids, task_log  # their package needs the models

        task_log.connect()
        request_ids.connect()
        translation.use(
            django_translation.gettext,
            django_translation.ngettext,
            lambda: str(formats.get_format("DECIMAL_SEPARATOR")),
        )
