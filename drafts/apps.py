from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DraftsConfig(AppConfig):
    name = "drafts"
    verbose_name = _("Drafts")

    def ready(self) -> None:
        from core import undo
        from leagues import activity, webhook_events
        from notifications import kinds

        from . import (
            activity_kinds,
            notification_kinds,
            receivers,  # noqa: F401 - importing connects the receivers
            undos,
            webhook_event_types,
        )

        activity.register(*activity_kinds.KINDS)
        kinds.register(*notification_kinds.MESSAGES)
        webhook_events.register(*webhook_event_types.TYPES)
        undo.register(*undos.UNDOS)
