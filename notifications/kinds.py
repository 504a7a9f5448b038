"""The registry of notification kinds and of the messages that belong to them.

Apps declare theirs in `<app>/notification_kinds.py` and register them at start, in `AppConfig.ready`. The API, the form
of the preferences and the page take them from here, so this app knows no other app.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.formatting.datetimes import format_datetime

logger = logging.getLogger(__name__)

Params = Mapping[str, Any]

MAX_NAME_LENGTH = 20
MAX_TITLE_LENGTH = 200


def _no_link(_: Params) -> str:
    return ""


def _no_values(_: Params) -> Params:
    return {}


@dataclass(frozen=True)
class NotificationKind:
    """What a notification is about. Users can mute a kind unless it is not `is_optional`.

    `name` is stored and part of the API, at most 20 characters. People read `label` beside the switch of the kind.
    """

    name: str
    label: StrOrPromise
    is_optional: bool = True


@dataclass(frozen=True)
class Message:
    """What a notification says. Only the name and the params are stored; the text is rendered for each reader.

    `title` and `body` are lazy translations with `%(name)s` for the params. A param whose name ends in `_at` is a
    datetime, which is shown in the reader's time zone. `link` returns the path of the page that tells more. `values`
    returns what the sentences need in addition to the params, or instead of them.
    """

    kind: NotificationKind
    name: str
    title: StrOrPromise
    body: StrOrPromise = ""
    link: Callable[[Params], str] = _no_link
    values: Callable[[Params], Params] = _no_values

    def render(self, params: Params) -> "RenderedMessage":
        """The text in the active language and time zone."""
        shown = {name: _shown(name, value) for name, value in params.items()} | dict(self.values(params))
        # The title may become the subject of an e-mail, which must be one line.
        title = " ".join((self.title % shown).split())[:MAX_TITLE_LENGTH]
        return RenderedMessage(title, str(self.body % shown), self.link(params))


@dataclass(frozen=True)
class RenderedMessage:
    """A message as one reader sees it. `url` is empty if no page tells more."""

    title: str
    body: str = ""
    url: str = ""


# For administrators, from any app. Nobody can mute it.
FOR_ADMINISTRATORS = NotificationKind("for_administrators", gettext_lazy("For administrators"), is_optional=False)

_messages: dict[tuple[str, str], Message] = {}
_kinds: dict[str, NotificationKind] = {}


def register(*messages: Message) -> None:
    """Add messages and their kinds. Raises `ValueError` if one of them is registered already.

    Higher apps register later, and their kinds are listed first: the news of the game before that of the site.
    """
    global _kinds
    for message in messages:
        key = message.kind.name, message.name
        if key in _messages or _kinds.get(message.kind.name, message.kind) is not message.kind:
            raise ValueError(f"The message {key} is registered already, or its kind is another one.")
        _messages[key] = message
    new = {message.kind.name: message.kind for message in messages if message.kind.name not in _kinds}
    _kinds = new | _kinds


def is_registered(message: Message) -> bool:
    return _messages.get((message.kind.name, message.name)) is message


def kinds() -> list[NotificationKind]:
    """All kinds, in the order in which people see them."""
    return list(_kinds.values())


def optional_kinds() -> list[NotificationKind]:
    """The kinds that a user may mute."""
    return [kind for kind in kinds() if kind.is_optional]


def kind_choices() -> list[tuple[str, StrOrPromise]]:
    """The kinds as choices of a field."""
    return [(kind.name, kind.label) for kind in kinds()]


def render(*, kind: str, message: str, params: Params) -> RenderedMessage:
    """Render a stored notification in the active language and time zone.

    A notification whose message or params come from another version of the site says so instead of breaking the page.
    """
    try:
        return _messages[kind, message].render(params)
    except LookupError:
        logger.exception("The notification %s of kind %s cannot be rendered from %s", message, kind, sorted(params))
        return RenderedMessage(_("This notification is no longer available."))


def _shown(name: str, value: Any) -> Any:
    if name.endswith("_at") and value:
        return format_datetime(timezone.localtime(datetime.fromisoformat(value)))
    return value
