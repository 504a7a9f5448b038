from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "drafts"

    def ready(self) -> None:
        from notifications import kinds

        from . import notification_kinds, receivers  # noqa: F401 - importing connects the receivers

        kinds.register(*notification_kinds.MESSAGES)
