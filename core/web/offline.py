"""What the service worker of a browser learns from a page: who reads it, and whether it may keep a copy.

Copies are shown while the site cannot be reached. When the reader changes, the worker deletes them
(templates/service_worker.js).
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, ParamSpec, TypeVar

from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest, HttpResponse

READER_HEADER = "X-Reader"
# Of a response: it may be kept. Of a request: the worker asks for a copy by itself, and nobody sees the response now.
COPY_HEADER = "X-Offline-Copy"
VISITOR = "visitor"

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)
View = Callable[Concatenate[R, P], HttpResponse]


def available_offline(view: View[R, P]) -> View[R, P]:
    """Let browsers keep a copy of the page, unless its address has parameters: there would be too many."""

    @wraps(view)
    def with_header(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == HTTPStatus.OK and not request.GET:
            response.headers[COPY_HEADER] = "yes"
        return response

    return with_header


class ReaderMiddleware:
    """Say with every page whose it is, except with those that are the same for everyone: other caches keep them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page and "public" not in response.get("Cache-Control", ""):
            response.headers[READER_HEADER] = str(request.user.pk) if request.user.is_authenticated else VISITOR
        return response


class CopyMessagesMiddleware:
    """Leave messages for the page that the user sees next: a copy must not use them up. Follows MessageMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        storage = get_messages(request)
        if COPY_HEADER in request.headers and isinstance(storage, BaseStorage):
            storage.used = False
        return response
