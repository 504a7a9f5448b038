"""What reaches the API: its addresses with or without a last slash, and its bodies as plain JSON."""

import json
import re
from collections.abc import Callable, Mapping
from typing import IO, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework import exceptions, status
from rest_framework.parsers import BaseParser

API = "/api/"
DEEPEST = 20
# No database keeps a NUL, and half a surrogate pair is no character: it cannot even be sent back.
UNWRITABLE = re.compile("[\0\ud800-\udfff]")


class ApiAddressMiddleware:
    """Let `/api/v1/leagues/` mean `/api/v1/leagues`: a redirect would lose the body of a POST.

    The API is UTF-8 throughout, so the `charset` of a request is not asked either: Python knows encodings, such as
    `rot13`, that Django cannot read a query with.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(API):
            request.path_info = request.path_info.removesuffix("/")
            request.encoding = "utf-8"
        return self.get_response(request)


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too large."
    default_code = "too_large"


class PlainJSONParser(BaseParser):
    """JSON of a bounded size and depth whose text can be stored and sent back."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Read a body. Raises `TooLarge`, or `ParseError` with a sentence."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(most + 1)
        if len(body) > most:
            raise TooLarge
        try:
            value = json.loads(body.decode("utf-8"), parse_constant=_no_number)
        except ValueError as error:
            raise exceptions.ParseError(f"The body is not JSON: {error}") from error
        except RecursionError as error:
            raise exceptions.ParseError("The JSON is nested too deeply.") from error
        check_text(value)
        return value


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not a number")


def check_text(value: Any, depth: int = 0) -> None:
    """Raise `ParseError` for JSON nested deeper than 20, or with text that cannot be stored.

    >>> check_text({"name": ["Bob"]})
    >>> check_text(["\\0"])
    Traceback (most recent call last):
    rest_framework.exceptions.ParseError: Text has a character that cannot be stored.
    """
    if depth > DEEPEST:
        raise exceptions.ParseError("The JSON is nested too deeply.")
    if isinstance(value, str) and UNWRITABLE.search(value):
        raise exceptions.ParseError("Text has a character that cannot be stored.")
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for one in value:
            check_text(one, depth + 1)
