"""Reads the bodies of requests in the event loop, so that no thread waits for a client that sends slowly."""

import asyncio

from django.conf import settings
from django.utils.formats import number_format
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core.sse.asgi import (
    VARY_BY_LANGUAGE,
    Header,
    Message,
    Receive,
    Send,
    accepted_language_of,
    get_header,
    log_error,
    send_error,
)
from core.sse.guards import SecureSend

# A body has this long. Every MIN_BYTES_PER_SECOND that have arrived add a second, so that a slow line can send a large
# body, but nobody can keep a connection open with a byte now and then.
BODY_SECONDS = 10
MIN_BYTES_PER_SECOND = 32 * 1024
# The bodies that are larger than a form, and how many of them a process reads at the same time: a limit on its memory.
LARGE_BODY_BYTES = 64 * 1024
MAX_LARGE_BODIES = 64
CLOSE: Header = (b"connection", b"close")


class BodyRefusedError(Exception):
    """The body was not read to its end. The response has this status, code and sentence."""

    def __init__(self, status: int, code: str, sentence: StrOrPromise, *headers: Header) -> None:
        super().__init__(code)
        self.status, self.code, self.sentence, self.headers = status, code, sentence, (CLOSE, *headers)


def _too_large_sentence() -> str:
    limit = number_format(settings.DATA_UPLOAD_MAX_MEMORY_SIZE, force_grouping=True)
    return gettext("The request is too large. At most %(limit)s bytes are accepted.") % {"limit": limit}


def _too_large() -> BodyRefusedError:
    return BodyRefusedError(413, "too_large", lazy(_too_large_sentence, str)())


def _too_slow() -> BodyRefusedError:
    return BodyRefusedError(408, "too_slow", _("The request did not arrive in time. Try again."))


def _incomplete() -> BodyRefusedError:
    """For a client that has disconnected. Without a response, the server would log an error."""
    return BodyRefusedError(400, "invalid", _("The request is incomplete."))


def _busy() -> BodyRefusedError:
    sentence = _("Too many large requests are arriving. Try again soon.")
    return BodyRefusedError(503, "unavailable", sentence, (b"retry-after", b"10"))


class BodyReader:
    """Reads bodies of at most `settings.DATA_UPLOAD_MAX_MEMORY_SIZE` bytes, and few large ones at the same time."""

    def __init__(self) -> None:
        self._large_bodies = 0

    async def read(self, scope: Message, receive: Receive) -> bytes:
        """The complete body of a request. Raises `BodyRefusedError`."""
        declared = get_header(scope, b"content-length")
        if not declared and not get_header(scope, b"transfer-encoding"):
            return b""  # in HTTP/1.1, a request without either header has no body
        if declared and int(declared) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise _too_large()
        try:
            body = await self._receive_all(receive)
        except TimeoutError:
            raise _too_slow() from None
        if declared and len(body) != int(declared):
            raise _incomplete()
        return body

    async def _receive_all(self, receive: Receive) -> bytes:
        body = bytearray()
        has_slot = False
        started_at = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(started_at + BODY_SECONDS) as deadline:
                while True:
                    has_more = await _receive_part(receive, body)
                    if not has_more:
                        return bytes(body)
                    if len(body) > LARGE_BODY_BYTES and not has_slot:
                        has_slot = self._take_slot()
                    deadline.reschedule(started_at + BODY_SECONDS + len(body) / MIN_BYTES_PER_SECOND)
        finally:
            self._large_bodies -= has_slot

    def _take_slot(self) -> bool:
        if self._large_bodies >= MAX_LARGE_BODIES:
            raise _busy()
        self._large_bodies += 1
        return True


async def _receive_part(receive: Receive, body: bytearray) -> bool:
    """Append what arrives next to the body; returns whether there is more."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise _incomplete()
    body += message.get("body", b"")
    if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise _too_large()
    return bool(message.get("more_body", False))


async def send_refusal(scope: Message, send: Send, refusal: BodyRefusedError) -> None:
    """Respond with the API's error format under `/api/`, else with the sentence."""
    send = SecureSend(scope, send)
    if scope["path"].startswith("/api/"):
        await send_error(scope, send, refusal.status, refusal.code, refusal.sentence, *refusal.headers)
        return
    log_error(scope, refusal.status)
    with accepted_language_of(scope):
        body = str(refusal.sentence).encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        VARY_BY_LANGUAGE,
        (b"content-length", str(len(body)).encode()),
        *refusal.headers,
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
