from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "scoring"

    def ready(self) -> None:
        from drafts import rankings

        from . import receivers  # noqa: F401 - importing connects them
        from .selectors import default_ranking, standings_order

        rankings.register(rankings.Rankings(standings_order, default_ranking))
