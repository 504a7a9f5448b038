from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        from core import undo

        from . import channels, receivers, undos  # noqa: F401 - importing connects the receivers
        from .channels.email import EmailChannel
        from .channels.operator import OperatorChannel
        from .channels.push import PushChannel

        channels.register(EmailChannel())
        channels.register(PushChannel())
        channels.register(OperatorChannel())
        undo.register(*undos.UNDOS)
