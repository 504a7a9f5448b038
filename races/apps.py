from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RacesConfig(AppConfig):
    name = "races"
    verbose_name = _("Races")

    def ready(self) -> None:
        from notifications import kinds

        from . import notification_kinds, receivers  # noqa: F401 - importing connects the receivers

        kinds.register(*notification_kinds.MESSAGES)
