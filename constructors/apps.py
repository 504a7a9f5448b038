from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConstructorsConfig(AppConfig):
    name = "constructors"
    verbose_name = _("Constructors")

    def ready(self) -> None:
        from core import undo
        from leagues import activity
        from notifications import kinds

        from . import activity_kinds, notification_kinds, receivers, undos  # noqa: F401 - importing connects receivers

        activity.register(*activity_kinds.KINDS)
        kinds.register(*notification_kinds.MESSAGES)
        undo.register(*undos.UNDOS)
