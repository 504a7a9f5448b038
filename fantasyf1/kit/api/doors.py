"""The viewset that all doors of the API are, and how their operations are described."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from csp.decorators import csp_update
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views import defaults
from drf_spectacular.utils import OpenApiResponse
from drf_spectacular.views import SpectacularRedocView
from rest_framework import exceptions, permissions, serializers, status, throttling, views, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from . import faults, kinds, once, reuse, throttles
from .reading import API


class Door(viewsets.GenericViewSet[Any]):
    """A viewset whose actions say themselves what they read and answer."""

    throttles: list[throttling.BaseThrottle] | None = None

    def read(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The body, checked. Raises DRF's `ValidationError`, which is answered with 400."""
        kinds.check_kinds(serializer(), self.request.data)
        return self._checked(serializer, self.request.data)

    def read_query(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """The query of the address, checked."""
        return self._checked(serializer, self.request.query_params.dict())

    def _checked(self, serializer: type[serializers.Serializer[Any]], raw: Any) -> dict[str, Any]:
        checked = serializer(data=raw, context=self.get_serializer_context())
        checked.is_valid(raise_exception=True)
        values: dict[str, Any] = checked.validated_data
        return values

    def answer(self, serializer: type[serializers.Serializer[Any]], thing: Any, status: int = 200) -> Response:
        return Response(serializer(thing, context=self.get_serializer_context()).data, status=status)

    def answer_page(
        self, serializer: type[serializers.Serializer[Any]], rows: QuerySet[Any] | Sequence[Any]
    ) -> Response:
        """The page that the query asks for."""
        page = self.paginate_queryset(rows)
        context = self.get_serializer_context()
        return self.get_paginated_response(serializer(page, many=True, context=context).data)

    # -- what holds for every request, whatever the action ----------------------------------------------------------

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let whoever may come in act; with an idempotency key, once."""
        super().initial(request, *args, **kwargs)
        method = request.method or ""
        act: Callable[..., Response] | None = getattr(self, method.lower(), None)
        if act and method in once.UNSAFE and once.HEADER in request.headers and request.user.is_authenticated:
            setattr(self, method.lower(), lambda *args, **kwargs: once.once(request, partial(act, *args, **kwargs)))

    def get_throttles(self) -> list[throttling.BaseThrottle]:
        """One set for each request: what they counted stands in the answer's headers."""
        if self.throttles is None:
            self.throttles = super().get_throttles()
        return self.throttles

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        finished = super().finalize_response(request, response, *args, **kwargs)
        reuse.mark(request, finished)
        if allowance := throttles.tightest(self.throttles or []):
            allowance.tell(finished)
        return finished


def described_faults(*codes: int) -> dict[int, OpenApiResponse]:
    """The error answers of an operation, for its description. Those that every operation has are added by itself."""
    return {code: OpenApiResponse(faults.ErrorSerializer, faults.MEANINGS[code]) for code in codes}


class NothingHere(views.APIView):
    """Every address below /api/ that leads nowhere: the usual shape instead of a page."""

    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)
    throttle_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise exceptions.NotFound("There is nothing at this address.")


# ReDoc's script makes two style elements: an empty one, which it writes rules into, and one that is always the same.
# These are their digests; tests/test_docs_browser.py notices when a newer ReDoc has others.
REDOC_STYLES = [
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
]
redoc = csp_update({"style-src": REDOC_STYLES})(SpectacularRedocView.as_view(template_name="redoc.html"))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an unforeseen fault: the API in its own shape and without a detail, everything else with the page."""
    if request.path_info.startswith(API):
        return faults.unforeseen(status.HTTP_500_INTERNAL_SERVER_ERROR)
    return defaults.server_error(request)
