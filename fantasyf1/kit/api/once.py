"""An action with an `Idempotency-Key` is done once, however often it is sent.

A client that does not know whether its request arrived sends it again with the same key. The key is claimed in the
database before the action; the answer is kept in the transaction of the action itself, so that there is never the one
without the other. A claim whose process died is taken over after a while: had the dead one only been slow, it finds
its claim gone when it wants to keep its answer, and its action is rolled back.

Answers that refuse are not kept: nothing has happened, and the next try is judged by what is then.
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

from fantasyf1.kit import clock
from fantasyf1.kit.errors import Refused
from fantasyf1.kit.transactions import atomic

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
KEY = re.compile(r"[!-~]{1,100}")
# What a door says no with; anything else is a fault.
REFUSALS = (Refused, exceptions.APIException, Http404, PermissionDenied)


class KeyUnusable(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "An idempotency key has 1 to 100 printable characters and no space."
    default_code = "idempotency_key_unusable"


class KeyReused(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This idempotency key was sent with another request. Use a new one for a new request."
    default_code = "idempotency_key_reused"


class StillRunning(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "The request with this idempotency key is still being worked on. Ask again in a moment."
    default_code = "idempotency_in_progress"
    wait = 1


@dataclass(frozen=True)
class Kept:
    """The answer that a key has got: its status and its body in JSON, which is empty where there is none."""

    status: int
    body: str


class Keeper(Protocol):
    """The module that writes keys and answers down: `settings.API_ANSWERS_KEPT_BY` names it, for kit has no tables."""

    def claim(self, *, user: Any, key: str, digest: str, now: datetime) -> Kept | UUID:
        """The answer kept for the user's key, or a claim on it.

        Raises `KeyReused` where the key belongs to another request, `StillRunning` where somebody has claimed it.
        """

    def keep(self, *, claim: UUID, kept: Kept) -> bool:
        """Write the answer down; False where the claim has been taken over."""

    def release(self, *, claim: UUID) -> None:
        """Give the key back: nothing has been done."""


def once(request: Request, act: Callable[[], Response]) -> Response:
    """Act, unless the request's key has an answer already: then that is the answer."""
    key = request.headers[HEADER]
    if not KEY.fullmatch(key):
        raise KeyUnusable
    keeper = cast("Keeper", import_module(settings.API_ANSWERS_KEPT_BY))
    found = keeper.claim(user=request.user, key=key, digest=_digest(request), now=clock.now())
    if isinstance(found, Kept):
        return Response(json.loads(found.body or "null"), found.status, headers={REPLAYED: "true"})
    is_kept = False
    try:
        answer = _act_and_keep(keeper, found, act)
        is_kept = True
    finally:
        if not is_kept:
            keeper.release(claim=found)
    return answer


def _act_and_keep(keeper: Keeper, claim: UUID, act: Callable[[], Response]) -> Response:
    """Both or nothing. A refusal ends the transaction as it ends a request without a key: what was meant to stay in
    spite of it stays."""
    outcome = _outcome_kept(keeper, claim, act)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


@atomic
def _outcome_kept(keeper: Keeper, claim: UUID, act: Callable[[], Response]) -> Response | Exception:
    """The answer, which is kept, or the refusal."""
    try:
        answer = act()
    except REFUSALS as refusal:
        return refusal
    body = JSONRenderer().render(answer.data).decode() if answer.data is not None else ""
    if not keeper.keep(claim=claim, kept=Kept(answer.status_code, body)):
        raise StillRunning
    return answer


def _digest(request: Request) -> str:
    """What makes two requests the same: method, address and what the body says, however it is spaced."""
    said = json.dumps(request.data, sort_keys=True)
    # With a secret of ours, for a body may hold a password: whoever reads the table must not be able to guess at it.
    return salted_hmac(__name__, f"{request.method} {request.get_full_path()} {said}", algorithm="sha256").hexdigest()
