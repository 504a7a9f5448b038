from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeaguesConfig(AppConfig):
    name = "leagues"
    verbose_name = _("Leagues")

    def ready(self) -> None:
        from core import undo
        from notifications import email_kinds, kinds
        from notifications import leagues as notification_leagues

        from . import (
            activity,
            activity_kinds,
            notification_kinds,
            receivers,  # noqa: F401 - connects the receivers
            undos,
            webhook_event_types,
            webhook_events,
        )
        from .selectors import league_names
        from .services.email_kinds import LEAGUE_INVITATION

        kinds.register(*notification_kinds.MESSAGES)
        activity.register(*activity_kinds.KINDS)
        email_kinds.register(LEAGUE_INVITATION)
        webhook_events.register(*webhook_event_types.TYPES)
        notification_leagues.register(league_names)
        undo.register(*undos.UNDOS)
