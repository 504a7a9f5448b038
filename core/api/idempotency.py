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
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.errors import Refused
from core.services import idempotency_keys
from core.services.idempotency_keys import RequestInProgress, StoredResponse
from core.transactions import atomic

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
UNSAFE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
KEY_PATTERN = re.compile(r"[!-~]{1,100}")
# The exceptions with which a view refuses a request; anything else is an error of the server.
EXPECTED_ERRORS = (Refused, exceptions.APIException, Http404, PermissionDenied)


class InvalidIdempotencyKey(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = _("An idempotency key must be 1 to 100 printable ASCII characters without spaces.")
    default_code = "idempotency_key_unusable"


def run_once(request: Request, act: Callable[[], Response]) -> Response:
    """Execute the action of a signed-in user, or replay the response that is stored for the request's key."""
    assert request.user.is_authenticated, "a key belongs to a user"
    key = request.headers[HEADER]
    if not KEY_PATTERN.fullmatch(key):
        raise InvalidIdempotencyKey
    found = idempotency_keys.claim(user=request.user, key=key, digest=_request_digest(request), now=clock.now())
    if isinstance(found, StoredResponse):
        return Response(json.loads(found.body or "null"), found.status, headers={REPLAYED_HEADER: "true"})
    is_stored = False
    try:
        response = _run_and_store(found, act)
        is_stored = True
    finally:
        if not is_stored:
            idempotency_keys.release(claim=found)
    return response


def _run_and_store(claim: UUID, act: Callable[[], Response]) -> Response:
    """Execute the action and store its response, or neither.

    A refusal commits the transaction, as it does for a request without a key: writes made before it are kept.
    """
    outcome = _store_outcome(claim, act)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


@atomic
def _store_outcome(claim: UUID, act: Callable[[], Response]) -> Response | Exception:
    """Call `act`. Return its response after storing it, or the refusal that it raised."""
    try:
        response = act()
    except EXPECTED_ERRORS as refusal:
        return refusal
    body = JSONRenderer().render(response.data).decode() if response.data is not None else ""
    if not idempotency_keys.store(claim=claim, response=StoredResponse(response.status_code, body)):
        raise RequestInProgress
    return response


def _request_digest(request: Request) -> str:
    """A hash of method, path, query and parsed body: equal for requests that mean the same."""
    body = json.dumps(request.data, sort_keys=True)
    # Keyed with SECRET_KEY: a body may contain a password, which must not be guessable from the table.
    return salted_hmac(__name__, f"{request.method} {request.get_full_path()} {body}", algorithm="sha256").hexdigest()
