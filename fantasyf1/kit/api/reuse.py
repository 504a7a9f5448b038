"""Reads that say whether they have changed: an `ETag` on every answer, and 304 for whoever has it already."""

import hashlib
from functools import partial
from typing import Any

from django.http import HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

# May be kept by the reader alone, and asked for again each time: who may see what changes without notice.
READ = "private, no-cache"
# Actions, and refusals of all kinds.
OTHERWISE = "no-store"


def mark(request: Request, response: HttpResponseBase) -> None:
    """Say how the answer may be kept. A door that knows better has said so before."""
    is_read = request.method in ("GET", "HEAD") and response.status_code == 200
    if not response.has_header("Cache-Control"):
        response["Cache-Control"] = READ if is_read else OTHERWISE
    if is_read and isinstance(response, Response) and not response.has_header("ETag"):
        response.add_post_render_callback(partial(_compare, request))


def is_had(request: Request, etag: str) -> bool:
    """Whether the client says that it has what goes by this tag."""
    had = {tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))}
    return bool(had & {"*", etag.removeprefix("W/")})


def _compare(request: Request, response: Response) -> HttpResponseBase | None:
    """Once the body is there: tag it, and leave it out for whoever has it."""
    response["ETag"] = etag = f'W/"{_fingerprint(response)}"'
    if not is_had(request, etag):
        return None
    unchanged = HttpResponseNotModified()
    for name, value in response.items():
        if not name.lower().startswith("content-"):
            unchanged[name] = value
    return unchanged


def _fingerprint(response: Response) -> str:
    """What the body says, but for the time of day: that alone is nothing new."""
    said: Any = response.data
    body = response.content
    if isinstance(said, dict) and "server_time" in said:
        body = JSONRenderer().render({name: value for name, value in said.items() if name != "server_time"})
    return hashlib.sha256(body).hexdigest()[:32]
