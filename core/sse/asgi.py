"""ASGI types, and helpers to read requests and send JSON and errors without Django."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core.web import request_ids
from core.web.error_bodies import error_body
from core.web.languages import accepted_language

logger = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

REQUEST_ID_HEADER = request_ids.HEADER.lower().encode()
VARY_BY_LANGUAGE: Header = (b"vary", b"Accept-Language")


def set_request_id(scope: Message) -> None:
    """Give a request the one id that its response and all its log records carry: the client's, or a new one."""
    others = [header for header in scope["headers"] if header[0] != REQUEST_ID_HEADER]
    scope["headers"] = [*others, (REQUEST_ID_HEADER, request_id_of(scope).encode())]


def request_id_of(scope: Message) -> str:
    return request_ids.accept_or_generate(get_header(scope, REQUEST_ID_HEADER))


def log_error(scope: Message, status: int) -> None:
    """Log a response with an error status, as Django does."""
    with request_ids.use(request_id_of(scope)):
        fields = {"method": scope["method"], "status": status}
        logger.warning("%s: %s", HTTPStatus(status).phrase, scope["path"], extra=fields)


async def send_json(send: Send, status: int, content: dict[str, Any], *headers: Header, head: bool = False) -> None:
    """Send a complete JSON response; `head` leaves out the body."""
    body = json.dumps(content).encode()
    standard = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*standard, length, *headers]})
    await send({"type": "http.response.body", "body": b"" if head else body})


async def send_error(
    scope: Message,
    send: Send,
    status: int,
    code: str,
    message: StrOrPromise,
    *headers: Header,
    fields: Mapping[str, Sequence[StrOrPromise]] | None = None,
    is_logged: bool = False,
) -> None:
    """Send an error as the API does, with the request's id in the body and in a header, and log it unless it is.

    The message is in the first language that the client accepts.
    """
    if not is_logged:
        log_error(scope, status)
    request_id = request_id_of(scope)
    with accepted_language_of(scope):
        shown_fields = {name: [str(text) for text in texts] for name, texts in (fields or {}).items()}
        body = error_body(code, str(message), fields=shown_fields, request_id=request_id)
    more = (VARY_BY_LANGUAGE, (REQUEST_ID_HEADER, request_id.encode()), *headers)
    await send_json(send, status, body, *more, head=scope["method"] == "HEAD")


def accepted_language_of(scope: Message) -> AbstractContextManager[None]:
    """A context in the first language that the client accepts. Must not be open while something is awaited."""
    return translation.override(accepted_language(get_header(scope, b"accept-language")))


async def not_found(scope: Message, receive: Receive, send: Send) -> None:
    """The response for what does not exist and for what the client may not see: they must be indistinguishable."""
    await send_error(scope, send, 404, "not_found", _("Not found."))


def get_header(scope: Message, name: bytes) -> str:
    """The value of a request header, empty if it is missing. `name` is in lower case."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def query_parameters(scope: Message) -> set[str]:
    """The names of the query parameters."""
    return set(parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)) - {""}


def get_query_parameter(scope: Message, name: str) -> str:
    """The last value of a query parameter, empty if it is missing."""
    values: list[str] = parse_qs(scope["query_string"].decode("latin-1")).get(name, [""])
    return values[-1]
