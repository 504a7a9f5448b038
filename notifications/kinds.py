"""The registry of notification kinds and of the messages that belong to them.

Apps declare theirs in `<app>/notification_kinds.py` and register them at start, in `AppConfig.ready`. The API, the form
of the preferences and the page take them from here, so this app knows no other app.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.formatting.datetimes import format_datetime
from core.formatting.names import unlinked

logger = logging.getLogger(__name__)

Params = Mapping[str, Any]

MAX_NAME_LENGTH = 20
MAX_TITLE_LENGTH = 200


def _no_link(_: Params) -> str:
    return ""


def _no_values(_: Params) -> Params:
    return {}


OPEN = gettext_lazy("Open")


class Timing(Enum):
    """When e-mail and push are sent. Outside the user's quiet hours; in-app news does not wait."""

    # Each notification by itself, at once.
    AT_ONCE = "at_once"
    # One message for all notifications with the same `group`, such as the results of a race in several leagues.
    GROUPED = "grouped"
    # One message a day, in the morning.
    DIGEST = "digest"


class Priority(IntEnum):
    """Of two notifications that wait, the one with the lower number is sent first."""

    URGENT = 0
    NORMAL = 1
    BULK = 2


IN_APP, EMAIL, PUSH = "in_app", "email", "push"
# All channels, also those that the site is not configured to use.
CHANNELS = (IN_APP, EMAIL, PUSH)
# The operator's own services. It is no channel of users, and only for what administrators are told.
OPERATOR = "operator"


@dataclass(frozen=True)
class NotificationKind:
    """What a notification is about. Users choose the channels of a kind, for all leagues or for one.

    `name` is stored and part of the API, at most 20 characters. People read `label` beside the switches of the kind,
    which stand below those of the same `section`.
    `defaults` names the channels that are on for a user who has not chosen. If a kind is not `is_optional`, users
    cannot turn off these channels. If it does not wait for quiet hours, e-mail and push are sent during them too.
    """

    name: str
    label: StrOrPromise
    section: StrOrPromise = ""
    is_optional: bool = True
    defaults: frozenset[str] = frozenset({IN_APP, EMAIL, PUSH})
    timing: Timing = Timing.DIGEST
    priority: Priority = Priority.NORMAL
    waits_for_quiet_hours: bool = True


@dataclass(frozen=True)
class Recipient:
    """A user who was notified, for a message that checks whether it is still true for them.

    `user` is of the project's user model. `now` is the time of sending.
    """

    user: Any
    params: Params
    now: datetime


def _always(_: Recipient) -> bool:
    return True


def _no_path(_: Recipient) -> str:
    return ""


@dataclass(frozen=True)
class Message:
    """What a notification says. Only the name and the params are stored; the text is rendered for each reader.

    `title` and `body` are lazy translations with `%(name)s` for the params. A param whose name ends in `_at` is a
    datetime, which is shown in the reader's time zone. Names among the params stand in quotes, as users choose them;
    mail programs make no links of them. `link` returns the path of the page that tells more. `values`
    returns what the sentences need in addition to the params, or instead of them.

    `timing` overrides that of the kind, such as for an event that is urgent only while a draft is open.

    `is_current` is asked before e-mail or push is sent: a message that is no longer true is dropped, not sent late.
    `signed_link` returns the path of a page that works without signing in; e-mail and push link to it instead of
    `link`. It is called at each attempt and stored nowhere. Empty: `link`. `action` is the label of the button in an
    e-mail.
    """

    kind: NotificationKind
    name: str
    title: StrOrPromise
    body: StrOrPromise = ""
    link: Callable[[Params], str] = _no_link
    values: Callable[[Params], Params] = _no_values
    is_current: Callable[[Recipient], bool] = _always
    signed_link: Callable[[Recipient], str] = _no_path
    action: StrOrPromise = OPEN
    timing: Timing | None = None

    def render(self, params: Params) -> "RenderedMessage":
        """The text in the active language and time zone."""
        safe = {name: unlinked(value) if isinstance(value, str) else value for name, value in params.items()}
        shown = {name: _shown(name, value) for name, value in safe.items()} | dict(self.values(safe))
        # The title may become the subject of an e-mail, which must be one line.
        title = " ".join((self.title % shown).split())[:MAX_TITLE_LENGTH]
        return RenderedMessage(title, str(self.body % shown), self.link(params), str(self.action))


@dataclass(frozen=True)
class RenderedMessage:
    """A message as one reader sees it. `url` is empty if no page tells more."""

    title: str
    body: str = ""
    url: str = ""
    action: str = ""


# For administrators, from any app.
FOR_ADMINISTRATORS = NotificationKind(
    "for_administrators",
    gettext_lazy("For administrators"),
    is_optional=False,
    defaults=frozenset({IN_APP, EMAIL, OPERATOR}),
    timing=Timing.AT_ONCE,
)

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


def get_kind(name: str) -> NotificationKind | None:
    """The kind with this name; None if no app has registered it."""
    return _kinds.get(name)


def get_message(*, kind: str, message: str) -> Message | None:
    """The message with this name; None if no app has registered it."""
    return _messages.get((kind, message))


def kinds() -> list[NotificationKind]:
    """All kinds, in the order in which people see them."""
    return list(_kinds.values())


def optional_kinds() -> list[NotificationKind]:
    """The kinds whose channels a user may choose."""
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
