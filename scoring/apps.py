from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScoringConfig(AppConfig):
    name = "scoring"
    verbose_name = _("Scoring")

    def ready(self) -> None:
        from drafts import rankings
        from leagues import points_curve, webhook_events
        from notifications import kinds

        from . import (
            notification_kinds,
            receivers,  # noqa: F401 - importing connects the receivers
            webhook_event_types,
        )
        from .rules import points_of_place
        from .selectors import default_ranking, standings_order

        kinds.register(*notification_kinds.MESSAGES)
        rankings.register(rankings.Rankings(standings_order, default_ranking))
        points_curve.register(points_of_place)
        webhook_events.register(*webhook_event_types.TYPES)
