from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConstructorsConfig(AppConfig):
    name = "constructors"
    verbose_name = _("Constructors")

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - importing connects them
