from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        from core import undo
        from core.sse import auth
        from notifications import email_kinds as email_registry
        from notifications import kinds

        from . import notification_kinds, receivers, undos  # noqa: F401 - importing connects the receivers
        from .selectors import active_token_families, active_users
        from .services import email_kinds

        auth.use(active_users=active_users, active_token_families=active_token_families)
        email_registry.register(*email_kinds.KINDS)
        kinds.register(*notification_kinds.MESSAGES)
        undo.register(*undos.UNDOS)
