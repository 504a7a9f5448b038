from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from core.sse import auth

        from . import receivers  # noqa: F401 - importing connects them
        from .selectors import active_token_families, active_users

        auth.use(active_users=active_users, active_token_families=active_token_families)
