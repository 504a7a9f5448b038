"""What the routes that are served without Django need too: allowed hosts, and the headers of every response."""

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings

from core.web import hosts, request_ids
from core.web.security_headers import security_headers

from .asgi import REQUEST_ID_HEADER, Header, Message, Receive, Send, get_header, request_id_of, send_error

logger = logging.getLogger(hosts.__name__)


def is_for_allowed_host(scope: Message) -> bool:
    """Whether the site responds to the host in the request; without one, to the address that it listens on."""
    return hosts.is_allowed_host(_host(scope))


async def refuse_host(scope: Message, receive: Receive, send: Send) -> None:
    """The response to a request for a foreign host."""
    with request_ids.use(request_id_of(scope)):
        logger.info(hosts.LOG_MESSAGE, _host(scope))
    await send_error(scope, send, 400, hosts.CODE, hosts.SENTENCE, is_logged=True)


def _host(scope: Message) -> str:
    return get_header(scope, b"host") or str((scope.get("server") or ("",))[0])


class SecureSend:
    """Sends messages, and adds the security headers and the request's id to the one that starts the response.

    An object and not a coroutine function: a stream keeps it for minutes, and calls it for each event.
    """

    __slots__ = ("_headers", "_send")

    def __init__(self, scope: Message, send: Send) -> None:
        id_header = (REQUEST_ID_HEADER, request_id_of(scope).encode())
        self._headers: Sequence[Header] = [id_header, *_encoded_headers(_is_secure(scope))]
        self._send = send

    def __call__(self, message: Message) -> Any:
        if message["type"] == "http.response.start":
            message = {**message, "headers": _with_headers(message["headers"], self._headers)}
            self._headers = ()
        return self._send(message)


def _is_secure(scope: Message) -> bool:
    if not settings.SECURE_PROXY_SSL_HEADER:
        return bool(scope.get("scheme") == "https")
    name, value = settings.SECURE_PROXY_SSL_HEADER
    return get_header(scope, name.removeprefix("HTTP_").replace("_", "-").lower().encode()) == value


def _with_headers(headers: list[Header], more: Sequence[Header]) -> list[Header]:
    """Add the headers that are missing."""
    names = {name for name, _ in headers}
    return [*headers, *(header for header in more if header[0] not in names)]


def _encoded_headers(is_secure: bool) -> list[Header]:
    headers = security_headers(is_secure=is_secure)
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
