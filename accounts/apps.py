from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from notifications import email_kinds as registry

        from . import receivers  # noqa: F401 - importing connects them
        from .services import email_kinds

        registry.register(*email_kinds.KINDS)
