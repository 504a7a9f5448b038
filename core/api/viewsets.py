"""The base viewset of the API, and the views of its documentation and errors."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from csp.decorators import csp_update
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views import defaults
from drf_spectacular.utils import OpenApiResponse
from drf_spectacular.views import SpectacularRedocView
from rest_framework import permissions, serializers, status, views, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from . import idempotency
from .etags import set_cache_headers
from .exceptions import STATUS_DESCRIPTIONS, ErrorSerializer, internal_error_response
from .parsers import API_PREFIX
from .strict_types import check_json_types
from .throttling import most_restrictive_state


class BaseViewSet(viewsets.GenericViewSet[Any]):
    """A viewset whose actions say themselves what they read and answer."""

    # It adds idempotency keys, ETags and rate limit headers. The docstring is published in docs/openapi.yaml.

    throttles: list[BaseThrottle] | None = None

    def validate_body(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Validate the request body. Raises DRF's `ValidationError`, which gives a 400."""
        check_json_types(serializer(), self.request.data)
        return self._validate(serializer, self.request.data)

    def validate_query(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Validate the query parameters."""
        return self._validate(serializer, self.request.query_params.dict())

    def _validate(self, serializer: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
        bound = serializer(data=data, context=self.get_serializer_context())
        bound.is_valid(raise_exception=True)
        values: dict[str, Any] = bound.validated_data
        return values

    def respond(self, serializer: type[serializers.Serializer[Any]], instance: Any, status: int = 200) -> Response:
        return Response(serializer(instance, context=self.get_serializer_context()).data, status=status)

    def respond_with_page(
        self, serializer: type[serializers.Serializer[Any]], rows: QuerySet[Any] | Sequence[Any]
    ) -> Response:
        """Respond with the page that the query parameters request."""
        page = self.paginate_queryset(rows)
        context = self.get_serializer_context()
        return self.get_paginated_response(serializer(page, many=True, context=context).data)

    # -- for every request, whatever the action ---------------------------------------------------------------------

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Run the usual checks. With an idempotency key, wrap the handler so that the action runs only once."""
        super().initial(request, *args, **kwargs)
        method = request.method or ""
        handler: Callable[..., Response] | None = getattr(self, method.lower(), None)
        has_key = (
            method in idempotency.UNSAFE_METHODS
            and idempotency.HEADER in request.headers
            and request.user.is_authenticated
        )
        if handler and has_key:
            setattr(
                self,
                method.lower(),
                lambda *args, **kwargs: idempotency.run_once(request, partial(handler, *args, **kwargs)),
            )

    def get_throttles(self) -> list[BaseThrottle]:
        """Create the throttles once per request, since the response headers need their state."""
        if self.throttles is None:
            self.throttles = super().get_throttles()
        return self.throttles

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        finished = super().finalize_response(request, response, *args, **kwargs)
        set_cache_headers(request, finished)
        if state := most_restrictive_state(self.throttles or []):
            state.set_headers(finished)
        return finished


def error_responses(*codes: int) -> dict[int, OpenApiResponse]:
    """The error responses of an operation, for the schema. Those that every operation has are added automatically."""
    return {code: OpenApiResponse(ErrorSerializer, STATUS_DESCRIPTIONS[code]) for code in codes}


class NotFoundView(views.APIView):
    """Responds to every unknown URL below /api/ with a 404 in the API's error format instead of an HTML page."""

    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)
    throttle_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("There is nothing at this address.")


# ReDoc's script creates two style elements: an empty one, into which it writes rules, and one that is always the same.
# These are their hashes for the Content Security Policy; tests/e2e/test_api_docs.py fails if a newer ReDoc has others.
REDOC_STYLE_HASHES = [
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
]
redoc_view = csp_update({"style-src": REDOC_STYLE_HASHES})(SpectacularRedocView.as_view(template_name="redoc.html"))


def server_error(request: HttpRequest) -> HttpResponse:
    """The handler for unexpected errors: the API's error format without details below /api/, else the HTML page."""
    if request.path_info.startswith(API_PREFIX):
        return internal_error_response(status.HTTP_500_INTERNAL_SERVER_ERROR)
    return defaults.server_error(request)
