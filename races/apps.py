from django.apps import AppConfig


class RacesConfig(AppConfig):
    name = "races"

    def ready(self) -> None:
        from notifications import kinds

        from . import notification_kinds, receivers  # noqa: F401 - importing connects the receivers

        kinds.register(*notification_kinds.MESSAGES)
