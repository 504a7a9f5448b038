from django.apps import AppConfig


class RacesConfig(AppConfig):
    name = "races"

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - importing connects them
