"""Idempotency keys: a request with an `Idempotency-Key` header is executed once, however often it is sent.

A client that does not know whether its request arrived retries it with the same key. The key is claimed in the database
before the action. The response is stored in the transaction of the action itself, so neither exists without the other.
A claim whose process died is taken over after a while. If that process was only slow, it finds its claim gone when it
stores its response, and its action is rolled back.

Refusals are not stored: nothing has happened, and a retry is judged by the state at that time.

The API stores the response itself (core.api.idempotency). A page stores what its action says to the user, and shows it
on the page as it is at the time of the retry.
"""

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException

from core import clock
from core.errors import Refused
from core.services import idempotency_keys
from core.services.idempotency_keys import IdempotencyKeyReused, RequestInProgress, StoredResponse
from core.transactions import atomic

T = TypeVar("T")

HEADER = "Idempotency-Key"
# Not this module's name: the digests of an earlier version stay valid, because requests are retried during an upgrade.
DIGEST_SALT = "core.api.idempotency"
KEY_PATTERN = re.compile(r"[!-~]{1,100}")
# The exceptions with which a view refuses a request; anything else is an error of the server.
EXPECTED_ERRORS = (Refused, APIException, Http404, PermissionDenied)


class InvalidIdempotencyKey(APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = _("An idempotency key must be 1 to 100 printable ASCII characters without spaces.")
    default_code = "idempotency_key_unusable"


def run_once(
    *, user: AbstractBaseUser, key: str, request: str, act: Callable[[], T], dump: Callable[[T], StoredResponse]
) -> T | StoredResponse:
    """Execute the action of a signed-in user, or return the response that is stored for the key.

    `request` is a text that is equal for requests that mean the same. `dump` converts what `act` returns for storage.
    """
    if not KEY_PATTERN.fullmatch(key):
        raise InvalidIdempotencyKey
    # Keyed with SECRET_KEY: a body may contain a password, which must not be guessable from the table.
    digest = salted_hmac(DIGEST_SALT, request, algorithm="sha256").hexdigest()
    found = idempotency_keys.claim(user=user, key=key, digest=digest, now=clock.now())
    if isinstance(found, StoredResponse):
        return found
    is_stored = False
    try:
        result = _run_and_store(found, act, dump)
        is_stored = True
    finally:
        if not is_stored:
            idempotency_keys.release(claim=found)
    return result


def _run_and_store(claim: UUID, act: Callable[[], T], dump: Callable[[T], StoredResponse]) -> T:
    """Execute the action and store its response, or neither.

    A refusal commits the transaction, as it does for a request without a key: writes made before it are kept.
    """
    outcome = _store_outcome(claim, act, dump)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


@atomic
def _store_outcome(claim: UUID, act: Callable[[], T], dump: Callable[[T], StoredResponse]) -> T | Exception:
    """Call `act`. Return its result after storing it, or the refusal that it raised."""
    try:
        result = act()
    except EXPECTED_ERRORS as refusal:
        return refusal
    if not idempotency_keys.store(claim=claim, response=dump(result)):
        raise RequestInProgress
    return result


def run_page_action_once(request: HttpRequest, act: Callable[[], str]) -> str:
    """Execute an action of a page, which returns the sentence to show; with a key, at most once.

    `act` may run several times in a transaction that is retried, so it has no side effects outside the database: its
    caller adds the message.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return act()
    assert isinstance(request.user, AbstractBaseUser), "a key belongs to a user"
    return run_text_once(user=request.user, key=key, request=_page_request(request), act=act)


def run_text_once(*, user: AbstractBaseUser, key: str, request: str, act: Callable[[], str]) -> str:
    """Execute an action that returns a sentence, as `run_once` does."""
    outcome = run_once(user=user, key=key, request=request, act=act, dump=_stored_sentence)
    return outcome.body if isinstance(outcome, StoredResponse) else outcome


def _stored_sentence(sentence: str) -> StoredResponse:
    return StoredResponse(HTTPStatus.OK, sentence)


def _page_request(request: HttpRequest) -> str:
    """Method, path, query and form fields. The CSRF token differs each time that a form is rendered."""
    fields = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    return f"{request.method} {request.get_full_path()} {json.dumps(fields)}"


class IdempotencyErrorsMiddleware:
    """Responds to a page's request whose key is in use or invalid. The API has its own error format.

    The script that sends requests again (static/js/resend.js) waits while one with the same key is being processed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, IdempotencyKeyReused | InvalidIdempotencyKey | RequestInProgress):
            return None
        response = HttpResponse(str(error.detail), status=error.status_code, content_type="text/plain; charset=utf-8")
        if isinstance(error, RequestInProgress):
            response["Retry-After"] = str(error.wait)
        return response
