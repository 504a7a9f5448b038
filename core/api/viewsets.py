"""The base viewset of the API."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from core.idempotency import HEADER

from . import idempotency
from .etags import set_cache_headers
from .exceptions import STATUS_DESCRIPTIONS, ErrorSerializer
from .schema import documented_input
from .strict_input import check_body, check_no_body, check_query
from .throttling import most_restrictive_state


class BaseViewSet(viewsets.GenericViewSet[Any]):
    # Adds idempotency keys, ETags and rate limit headers to its actions, and helps them to validate and respond. This
    # is not a docstring, which drf-spectacular would publish as the description of every action.

    throttles: list[BaseThrottle] | None = None
    # Actions whose response must not be stored, and which therefore ignore idempotency keys.
    without_idempotency_key: Collection[str] = ()

    def validate_body(self, serializer: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Validate the request body. Raises DRF's `ValidationError`, which gives a 400."""
        check_body(serializer(), self.request.data)
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
        """Run the usual checks, and refuse what the schema does not describe. With an idempotency key, wrap the
        handler so that the action runs only once."""
        super().initial(request, *args, **kwargs)
        if (request.method or "").lower() in self.action_map:
            self._check_input(request)
        method = request.method or ""
        handler: Callable[..., Response] | None = getattr(self, method.lower(), None)
        has_key = (
            method in idempotency.UNSAFE_METHODS
            and HEADER in request.headers
            and self.action not in self.without_idempotency_key
            and request.user.is_authenticated
        )
        if handler and has_key:
            setattr(
                self,
                method.lower(),
                lambda *args, **kwargs: idempotency.run_once(request, partial(handler, *args, **kwargs)),
            )

    def _check_input(self, request: Request) -> None:
        """Raise `ValidationError` for query parameters and bodies of which the schema knows nothing."""
        method = "GET" if request.method == "HEAD" else request.method or ""
        documented = documented_input(type(self), self.action, method)
        check_query(documented.query, request.query_params)
        if method in idempotency.UNSAFE_METHODS and not documented.has_body:
            check_no_body(request.data)

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
