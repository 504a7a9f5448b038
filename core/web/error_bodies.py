"""The body of every error of the API and of the live streams."""

from collections.abc import Mapping
from typing import Any


def error_body(code: str, message: str, *, fields: Mapping[str, list[str]], request_id: str) -> dict[str, Any]:
    """A stable code for programs, a message for people, the errors of each field, and the request id for the log."""
    return {"error": {"code": code, "message": message, "fields": dict(fields), "request_id": request_id}}
