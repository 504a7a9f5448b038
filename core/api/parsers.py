"""The API's JSON parser."""

import json
import re
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.parsers import BaseParser

MAX_DEPTH = 20
# PostgreSQL cannot store NUL, and a lone surrogate cannot be encoded, so it could not even be sent back.
UNSTORABLE_CHARACTERS = re.compile("[\0\ud800-\udfff]")


class PayloadTooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The request is too large.")
    default_code = "too_large"


class BoundedJSONParser(BaseParser):
    """Parses JSON of limited size and depth whose text can be stored and sent back."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Parse a body. Raises `PayloadTooLarge` or `ParseError`."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise PayloadTooLarge
        try:
            value = json.loads(body.decode("utf-8"), parse_constant=_reject_constant)
        except ValueError as error:
            raise exceptions.ParseError(_("The body is not valid JSON: %(error)s") % {"error": error}) from error
        except RecursionError as error:
            raise exceptions.ParseError(_("The JSON is nested too deeply.")) from error
        check_depth_and_text(value)
        return value


def _reject_constant(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")


def check_depth_and_text(value: Any, depth: int = 0) -> None:
    """Raise `ParseError` for JSON nested deeper than 20 levels, or with text that cannot be stored.

    >>> check_depth_and_text({"name": ["Bob"]})
    >>> check_depth_and_text(["\\0"])
    Traceback (most recent call last):
    rest_framework.exceptions.ParseError: Text must not contain NUL characters or lone surrogates.
    """
    if depth > MAX_DEPTH:
        raise exceptions.ParseError(_("The JSON is nested too deeply."))
    if isinstance(value, str) and UNSTORABLE_CHARACTERS.search(value):
        raise exceptions.ParseError(_("Text must not contain NUL characters or lone surrogates."))
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for item in value:
            check_depth_and_text(item, depth + 1)
