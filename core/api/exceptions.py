"""The exception handler and the API's error format: `{"error": {"code", "message", "fields", "request_id"}}`."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response

from core.errors import Gone, Invalid, NotAllowed, NotFound, RateLimited, Refused
from core.web import request_ids
from core.web.error_bodies import error_body

logger = logging.getLogger(__name__)

# The descriptions of the status codes in the OpenAPI schema.
STATUS_DESCRIPTIONS = {
    400: "The request is invalid. `fields` lists the errors of each field.",
    401: "You are not signed in, or the token is invalid or expired.",
    403: "You can see this object, but you are not allowed to do this.",
    404: "The object does not exist, or you are not allowed to see it.",
    409: "The rules of the game do not allow it: `message` says why, and `code` is a stable identifier. Or a request"
    " with this idempotency key is still being processed.",
    410: "What the request names has existed, and can no longer be used. `message` says why.",
    413: "The request body is too large.",
    415: "The request body is not JSON.",
    422: "The idempotency key is invalid, or was already used for a different request.",
    429: "Too many requests. `Retry-After` is the number of seconds to wait.",
}


class ErrorBodySerializer(serializers.Serializer[Any]):
    """An error: a stable code, a message for people, the errors of each field, and the request id for the log."""

    code = serializers.CharField()
    message = serializers.CharField()
    # The published name collides with a property of the serializer.
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]
    request_id = serializers.CharField()


class ErrorSerializer(serializers.Serializer[Any]):
    error = ErrorBodySerializer()


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: converts refusals and API exceptions to the error format. `None` results in a 500."""
    if isinstance(error, Refused):
        return _refused_response(error)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    return _api_exception_response(error)


def _refused_response(refused: Refused) -> Response:
    fields = {refused.field: [refused.sentence]} if isinstance(refused, Invalid) and refused.field else {}
    headers = {"Retry-After": str(refused.seconds)} if isinstance(refused, RateLimited) else {}
    return _error_response(_status_of(refused), refused.code, refused.sentence, fields, headers)


def _status_of(refused: Refused) -> int:
    if isinstance(refused, Invalid):
        return status.HTTP_400_BAD_REQUEST
    if isinstance(refused, NotAllowed):
        return status.HTTP_403_FORBIDDEN
    if isinstance(refused, NotFound):
        return status.HTTP_404_NOT_FOUND
    if isinstance(refused, Gone):
        return status.HTTP_410_GONE
    if isinstance(refused, RateLimited):
        return status.HTTP_429_TOO_MANY_REQUESTS
    return status.HTTP_409_CONFLICT


def _api_exception_response(error: exceptions.APIException) -> Response:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    if isinstance(error, exceptions.ValidationError):
        fields = _flatten_field_errors(error.detail)
        message = next((messages[0] for messages in fields.values()), _("The request is invalid."))
        return _error_response(error.status_code, "invalid", message, fields)
    code = str(getattr(error.detail, "code", "error"))
    message = _("Sign in first.") if isinstance(error, exceptions.NotAuthenticated) else str(error.detail)
    return _error_response(error.status_code, code, message, {}, headers)


def _flatten_field_errors(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Flatten DRF's nested details: `{"settings": {"method": [...]}}` becomes `{"settings.method": [...]}`."""
    if isinstance(detail, list):
        return {prefix or "non_field_errors": [str(message) for message in detail]}
    flat: dict[str, list[str]] = {}
    for name, inner in detail.items():
        flat |= _flatten_field_errors(inner, f"{prefix}.{name}" if prefix else str(name))
    return flat


def _error_response(
    status_code: int, code: str, message: str, fields: dict[str, list[str]], headers: dict[str, str] | None = None
) -> Response:
    body = _error_body(status_code, code, message, fields)
    return Response(body, status=status_code, headers=headers or {})


def internal_error_response(status_code: int) -> JsonResponse:
    """The response to an unexpected error. Its details are only in the log."""
    return JsonResponse(
        _error_body(status_code, "error", _("Something went wrong on our side. The error has been recorded."), {}),
        status=status_code,
    )


def unavailable_response() -> JsonResponse:
    """The response if the database does not respond."""
    sentence = _("The site is not available right now. Try again in a moment.")
    return JsonResponse(_error_body(503, "unavailable", sentence, {}), status=status.HTTP_503_SERVICE_UNAVAILABLE)


def _error_body(status_code: int, code: str, message: str, fields: dict[str, list[str]]) -> dict[str, Any]:
    logger.info("The API answered %s %s", status_code, code)
    return error_body(code, message, fields=fields, request_id=request_ids.current())
