"""Idempotency keys: a request with an `Idempotency-Key` header is executed once, however often it is sent.

A client that does not know whether its request arrived retries it with the same key. The key is claimed in the database
before the action. The response is stored in the transaction of the action itself, so neither exists without the other.
A claim whose process died is taken over after a while. If that process was only slow, it finds its claim gone when it
stores its response, and its action is rolled back.

Refusals are not stored: nothing has happened, and a retry is judged by the state at that time.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol, cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.crypto import salted_hmac
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.errors import Refused
from core.transactions import atomic

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
UNSAFE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
KEY_PATTERN = re.compile(r"[!-~]{1,100}")
# The exceptions with which a view refuses a request; anything else is an error of the server.
EXPECTED_ERRORS = (Refused, exceptions.APIException, Http404, PermissionDenied)


class InvalidIdempotencyKey(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "An idempotency key has 1 to 100 printable characters and no space."
    default_code = "idempotency_key_unusable"


class IdempotencyKeyReused(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This idempotency key was sent with another request. Use a new one for a new request."
    default_code = "idempotency_key_reused"


class RequestInProgress(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "The request with this idempotency key is still being worked on. Ask again in a moment."
    default_code = "idempotency_in_progress"
    wait = 1


@dataclass(frozen=True)
class StoredResponse:
    """The response stored for a key: its status, and its body as JSON or an empty string."""

    status: int
    body: str


class IdempotencyStore(Protocol):
    """The module that stores keys and responses, named by `settings.IDEMPOTENCY_STORE`."""

    def claim(self, *, user: Any, key: str, digest: str, now: datetime) -> StoredResponse | UUID:
        """Return the response stored for the user's key, or a claim on the key.

        Raises `IdempotencyKeyReused` if the key belongs to another request, `RequestInProgress` if it is claimed.
        """

    def keep(self, *, claim: UUID, kept: StoredResponse) -> bool:
        """Store the response. Returns False if the claim has been taken over."""

    def release(self, *, claim: UUID) -> None:
        """Release the key, because nothing has been done."""


def run_once(request: Request, act: Callable[[], Response]) -> Response:
    """Execute the action, or replay the response that is stored for the request's key."""
    key = request.headers[HEADER]
    if not KEY_PATTERN.fullmatch(key):
        raise InvalidIdempotencyKey
    store = cast("IdempotencyStore", import_module(settings.IDEMPOTENCY_STORE))
    found = store.claim(user=request.user, key=key, digest=_request_digest(request), now=clock.now())
    if isinstance(found, StoredResponse):
        return Response(json.loads(found.body or "null"), found.status, headers={REPLAYED_HEADER: "true"})
    is_stored = False
    try:
        response = _run_and_store(store, found, act)
        is_stored = True
    finally:
        if not is_stored:
            store.release(claim=found)
    return response


def _run_and_store(store: IdempotencyStore, claim: UUID, act: Callable[[], Response]) -> Response:
    """Execute the action and store its response, or neither.

    A refusal commits the transaction, as it does for a request without a key: writes made before it are kept.
    """
    outcome = _store_outcome(store, claim, act)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


@atomic
def _store_outcome(store: IdempotencyStore, claim: UUID, act: Callable[[], Response]) -> Response | Exception:
    """The response, which has been stored, or the refusal."""
    try:
        response = act()
    except EXPECTED_ERRORS as refusal:
        return refusal
    body = JSONRenderer().render(response.data).decode() if response.data is not None else ""
    if not store.keep(claim=claim, kept=StoredResponse(response.status_code, body)):
        raise RequestInProgress
    return response


def _request_digest(request: Request) -> str:
    """A hash of method, path, query and parsed body: equal for requests that mean the same."""
    body = json.dumps(request.data, sort_keys=True)
    # Keyed with SECRET_KEY: a body may contain a password, which must not be guessable from the table.
    return salted_hmac(__name__, f"{request.method} {request.get_full_path()} {body}", algorithm="sha256").hexdigest()
