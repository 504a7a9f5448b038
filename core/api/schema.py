"""The OpenAPI schema generator: adds the headers and error responses that all operations have in common."""

from functools import cache
from typing import Any, Literal, NamedTuple

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.settings import api_settings

from core.idempotency import HEADER, KEY_PATTERN
from core.web import request_ids

from . import idempotency
from .exceptions import STATUS_DESCRIPTIONS, ErrorSerializer

METHODS_WITH_BODY = ("POST", "PUT", "PATCH")


def _header(name: str, description: str, **kwargs: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description, **kwargs)


REQUEST_ID_HEADERS = [
    _header(
        request_ids.HEADER,
        "An id that you choose for this request: up to 64 letters, digits, `_` and `-`.",
    ),
    _header(
        request_ids.HEADER,
        "The id of the request in the server's log: yours if it is valid, otherwise a new one.",
        response=True,
    ),
]
RATE_LIMIT_HEADERS = [
    _header("RateLimit-Limit", "The number of requests allowed per minute.", response=True),
    _header("RateLimit-Remaining", "The number of requests left in this minute.", response=True),
    _header("RateLimit-Reset", "Seconds until the limit is reset.", response=True),
    _header("Retry-After", "Seconds to wait before the next request.", response=["429"]),
]
CONDITIONAL_HEADERS = [
    _header(
        "If-None-Match",
        "The `ETag` of a response that you have. If nothing has changed, you get a 304 without a body.",
    ),
    _header("ETag", "Identifies this version of the body.", response=["200", "304"]),
]
IDEMPOTENCY_HEADERS = [
    OpenApiParameter(
        HEADER,
        {"type": "string", "pattern": f"^{KEY_PATTERN.pattern}$"},
        OpenApiParameter.HEADER,
        description="A unique key of up to 100 characters that you choose for this action. If you repeat the request "
        "with the same key within 24 hours, the action is not repeated: you get the first response again.",
    ),
    _header(
        idempotency.REPLAYED_HEADER,
        "`true` if this is the stored response to an earlier request.",
        response=["200", "201", "204"],
    ),
]


class ProjectAutoSchema(AutoSchema):
    """Adds the headers and error responses that every operation of its kind has."""

    def get_override_parameters(self) -> list[Any]:
        specific = (
            CONDITIONAL_HEADERS
            if self.method == "GET"
            else IDEMPOTENCY_HEADERS
            if self._takes_idempotency_key()
            else []
        )
        return [*super().get_override_parameters(), *REQUEST_ID_HEADERS, *RATE_LIMIT_HEADERS, *specific]

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code in self._common_errors():
            error = OpenApiResponse(ErrorSerializer, STATUS_DESCRIPTIONS[int(code)])
            bodies.setdefault(code, self._response(error, code, direction))
        if self.method == "GET":
            not_modified = OpenApiResponse(None, "Nothing has changed since the response that you have.")
            bodies["304"] = self._response(not_modified, "304", direction)
        return dict(sorted(bodies.items()))

    def _response(self, response: OpenApiResponse, code: str, direction: str) -> Any:
        return self._get_response_for_code(response, code, direction=direction)  # type: ignore[no-untyped-call]

    def _common_errors(self) -> list[str]:
        # 400, because unknown query parameters and fields are refused everywhere.
        codes = ["400", "429"]
        if self._accepts_token():
            codes += ["401"]
        if self._takes_idempotency_key():
            codes += ["409", "415", "422"]
        if self.method in idempotency.UNSAFE_METHODS and self.get_request_serializer() is not None:
            codes += ["413", "415"]
        if self._get_pagination_parameters():  # type: ignore[no-untyped-call]
            codes += ["404"]
        return codes

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        """Allow empty values: an empty filter has no effect, since forms send empty fields."""
        parameters: list[dict[str, Any]] = super()._get_filter_parameters()  # type: ignore[no-untyped-call]
        return [{**parameter, "allowEmptyValue": True} for parameter in parameters]

    def documented_input(self) -> "DocumentedInput":
        parameters = [*self._get_filter_parameters(), *self._get_pagination_parameters()]  # type: ignore[no-untyped-call]
        query = {str(parameter["name"]) for parameter in parameters if parameter["in"] == OpenApiParameter.QUERY}
        for given in self.get_override_parameters():
            if not isinstance(given, OpenApiParameter):
                query |= set(given().fields)
            elif given.location == OpenApiParameter.QUERY:
                query.add(given.name)
        return DocumentedInput(
            query=frozenset({*query, str(api_settings.URL_FORMAT_OVERRIDE)}),
            # For other methods, drf-spectacular looks for a serializer of the view, and prints that there is none.
            has_body=self.method in METHODS_WITH_BODY and self.get_request_serializer() is not None,
        )

    def _accepts_token(self) -> bool:
        return any(getattr(self.view, "get_authenticators", list)())

    def _takes_idempotency_key(self) -> bool:
        """Whether this is a write by a signed-in user whose response may be stored."""
        is_write = self.method in idempotency.UNSAFE_METHODS and self._accepts_token()
        return is_write and getattr(self.view, "action", "") not in getattr(self.view, "without_idempotency_key", ())


class DocumentedInput(NamedTuple):
    """What the schema says of an operation's input: the names of its query parameters, and whether it has a body."""

    query: frozenset[str]
    has_body: bool


@cache
def documented_input(view_class: type[Any], action: str, method: str) -> DocumentedInput:
    """What the schema says of the input of a viewset's action, so that the viewset can refuse the rest."""
    view = view_class()
    view.action, view.request, view.kwargs = action, None, {}
    described: ProjectAutoSchema = getattr(view, action).kwargs["schema"]()
    described.view, described.method = view, method
    return described.documented_input()


def forbid_unknown_fields(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say that request bodies have no other fields. A postprocessing hook of drf-spectacular."""
    for name, described in result["components"]["schemas"].items():
        if name.endswith("Request") and described.get("type") == "object":
            described["additionalProperties"] = False
    return result


def extract_shared_components(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Move repeated headers and error responses to the components. A postprocessing hook of drf-spectacular."""
    components = result.setdefault("components", {})
    for methods in result["paths"].values():
        for operation in methods.values():
            parameters = operation.get("parameters", [])
            if operation.get("security") == [{}]:  # equivalent, and client generators understand it
                operation["security"] = []
            operation["parameters"] = [_reference(components, "parameters", part["name"], part) for part in parameters]
            for code, response in operation["responses"].items():
                headers = response.get("headers", {})
                response["headers"] = {name: _reference(components, "headers", name, headers[name]) for name in headers}
                if code >= "400":
                    operation["responses"][code] = _reference(components, "responses", f"Error{code}", response)
    return result


def _reference(components: dict[str, Any], kind: str, name: str, part: dict[str, Any]) -> dict[str, Any]:
    """A reference to the part as a component, or the part itself if another component has its name."""
    if kind == "parameters" and part["in"] != "header":
        return part
    component = components.setdefault(kind, {}).setdefault(name, part)
    return {"$ref": f"#/components/{kind}/{name}"} if component == part else part
