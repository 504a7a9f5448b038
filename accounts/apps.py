from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from core.sse import auth

        from . import receivers  # noqa: F401 - importing connects them
        from .selectors import active_token_families, active_users

        auth.use(active_users=active_users, active_token_families=active_token_families)
