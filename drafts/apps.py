from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DraftsConfig(AppConfig):
    name = "drafts"
    verbose_name = _("Drafts")

    def ready(self) -> None:
        from notifications import kinds

        from . import notification_kinds, receivers  # noqa: F401 - importing connects the receivers

        kinds.register(*notification_kinds.MESSAGES)
