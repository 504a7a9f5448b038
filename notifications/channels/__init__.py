"""Channels by which notifications travel, besides the site itself: the registry, and what a channel implements.

A channel registers itself in `AppConfig.ready`. `services.delivery` asks it which targets a user has, creates a
delivery for each, and passes it what is due. A channel writes nothing about deliveries: it sends, or raises.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.shortcuts import resolve_url
from django.utils.http import urlencode
from django_stubs_ext import StrOrPromise

from ..kinds import NotificationKind, RenderedMessage

SentMessage = TypeVar("SentMessage")


class SendError(Exception):
    """The message was not accepted. `reason` is shown to administrators.

    Retried with back-off unless `is_permanent`. With `may_have_arrived`, nobody knows whether it was: such a message is
    sent twice at most. `retry_after` is what the other side asked for.
    """

    def __init__(
        self,
        reason: str,
        *,
        is_permanent: bool = False,
        may_have_arrived: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_permanent = is_permanent
        self.may_have_arrived = may_have_arrived
        self.retry_after = retry_after


class ChannelDownError(Exception):
    """Nothing can be sent by this channel at present, such as when the mail server does not answer."""


class TargetGoneError(Exception):
    """The target does not exist any more, such as a browser that has unsubscribed. The delivery is dropped."""


@dataclass(frozen=True)
class Item:
    """One notification in a message, rendered in the recipient's time zone. `url` is absolute, or empty.

    `is_signed`: the URL is a signed link, whose page works without signing in.
    """

    notification_id: int
    kind: NotificationKind
    league_id: int | None
    text: RenderedMessage
    url: str
    is_signed: bool = False

    @property
    def sign_in_url(self) -> str:
        """The URL for readers who may be signed out: the page to sign in leads on to it, at once if they are signed in.

        The page of a private league is not found without a sign-in.
        """
        if self.is_signed or not self.url:
            return self.url
        path = self.url.removeprefix(settings.SITE_URL)
        return f"{settings.SITE_URL}{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': path})}"


@dataclass(frozen=True)
class OutgoingMessage:
    """What one target gets: one notification, or several as one message.

    `key` stays the same at each attempt.
    """

    user: Any
    target: str
    key: str
    items: Sequence[Item]
    expires_at: datetime | None
    is_urgent: bool


# Sends one message. It calls its second argument immediately before the first byte that the other side may act on, so
# that a process that dies meanwhile does not send the message again and again.
Send = Callable[[SentMessage, Callable[[], None]], None]


class Channel(ABC):
    """A way by which notifications reach users. `name` is stored and part of the API, at most 10 characters."""

    name: str
    label: StrOrPromise

    def is_available(self) -> bool:
        """Whether the site is configured to use the channel."""
        return True

    @abstractmethod
    def targets(self, users: Collection[Any]) -> Mapping[int, Sequence[str]]:
        """The names of the targets of each user, by user id. Users who cannot be reached are left out."""

    @abstractmethod
    def connect(self) -> AbstractContextManager[Send[OutgoingMessage]]:
        """A context with a function that sends one message.

        Entering it raises `ChannelDownError`; the function raises `SendError`, `TargetGoneError` or `ChannelDownError`.
        """


_channels: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Add a channel. Raises `ValueError` for a name that is registered already."""
    if channel.name in _channels:
        raise ValueError(f"The channel {channel.name} is registered already.")
    _channels[channel.name] = channel


def get(name: str) -> Channel | None:
    return _channels.get(name)


def available_channels() -> list[Channel]:
    """The channels that the site is configured to use, in the order in which people see them."""
    return [channel for channel in _channels.values() if channel.is_available()]
