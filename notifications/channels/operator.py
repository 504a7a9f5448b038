"""What administrators are told, sent to the operator's own services by Apprise, such as Telegram, Matrix or ntfy.

The addresses are those of `APPRISE_URLS`. Apprise is optional: `pip install "fantasyf1[apprise]"`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from ..kinds import OPERATOR
from . import Channel, ChannelDownError, OutgoingMessage, Send, SendError


class OperatorChannel(Channel):
    name = OPERATOR
    label = _("The operator's services")

    def is_available(self) -> bool:
        return bool(settings.APPRISE_URLS)

    def targets(self, users: Collection[Any]) -> Mapping[int, Sequence[str]]:
        """One target, for the administrator who was first: the services get each message once."""
        administrators = get_user_model().objects.filter(is_superuser=True, is_active=True)
        first = administrators.order_by("pk").values_list("pk", flat=True).first()
        return {user.pk: [""] for user in users if user.pk == first}

    @contextmanager
    def connect(self) -> Iterator[Send[OutgoingMessage]]:
        import apprise  # optional, and slow to import

        services = apprise.Apprise()
        if not services.add(list(settings.APPRISE_URLS)):
            raise ChannelDownError("Apprise does not understand one of the addresses in APPRISE_URLS.")

        def send(message: OutgoingMessage, mark_handed_over: Callable[[], None]) -> None:
            mark_handed_over()
            for item in message.items:
                body = "\n\n".join(part for part in (item.text.body, item.sign_in_url) if part)
                if not services.notify(title=item.text.title, body=body or item.text.title):
                    raise SendError("One of the services in APPRISE_URLS did not take the message.")

        yield send
