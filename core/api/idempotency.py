"""Idempotency keys of the API: the complete response is stored, and replayed to a retry (core.idempotency)."""

import json
from collections.abc import Callable

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core import idempotency
from core.services.idempotency_keys import StoredResponse

REPLAYED_HEADER = "Idempotent-Replayed"
UNSAFE_METHODS = ("POST", "PUT", "PATCH", "DELETE")


def run_once(request: Request, act: Callable[[], Response]) -> Response:
    """Execute the action of a signed-in user, or replay the response that is stored for the request's key."""
    assert request.user.is_authenticated, "a key belongs to a user"
    key = request.headers[idempotency.HEADER]
    outcome = idempotency.run_once(user=request.user, key=key, request=_described(request), act=act, dump=_stored)
    if isinstance(outcome, StoredResponse):
        return Response(json.loads(outcome.body or "null"), outcome.status, headers={REPLAYED_HEADER: "true"})
    return outcome


def _stored(response: Response) -> StoredResponse:
    body = JSONRenderer().render(response.data).decode() if response.data is not None else ""
    return StoredResponse(response.status_code, body)


def _described(request: Request) -> str:
    """Method, path, query and parsed body: equal for requests that mean the same."""
    return f"{request.method} {request.get_full_path()} {json.dumps(request.data, sort_keys=True)}"
