from django.apps import AppConfig


class ConstructorsConfig(AppConfig):
    name = "constructors"

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - importing connects them
