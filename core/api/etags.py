"""Conditional requests: an `ETag` on every read, and 304 if the client already has the current response."""

import hashlib
from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core.cache.responses import RenderedJSON, etag_of

# Only the client may cache it, and must revalidate every time, because permissions can change at any moment.
PRIVATE_NO_CACHE = "private, no-cache"
# For writes and errors.
NO_STORE = "no-store"


def set_cache_headers(request: Request, response: HttpResponseBase) -> None:
    """Set `Cache-Control` and `ETag`, unless the view has set them."""
    is_read = request.method in ("GET", "HEAD") and response.status_code == 200
    if not response.has_header("Cache-Control"):
        response["Cache-Control"] = PRIVATE_NO_CACHE if is_read else NO_STORE
    if is_read and isinstance(response, Response) and not response.has_header("ETag"):
        response.add_post_render_callback(partial(_add_etag, request))


def is_not_modified(request: Request, etag: str) -> bool:
    """Whether `If-None-Match` contains this ETag. The comparison is weak."""
    known = {tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))}
    return bool(known & {"*", etag.removeprefix("W/")})


def conditional_response(request: Request, page: RenderedJSON) -> HttpResponse:
    """Respond with a body from the response cache, or with 304 if the client has it."""
    etag = etag_of(page.key)
    headers = {"ETag": etag, "Cache-Control": PRIVATE_NO_CACHE}
    if is_not_modified(request, etag):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(page.body, content_type="application/json", headers=headers)


def _add_etag(request: Request, response: Response) -> HttpResponseBase | None:
    """Add the ETag of the rendered body; replace the response with a 304 if the client has it."""
    response["ETag"] = etag = f'W/"{_content_hash(response)}"'
    if not is_not_modified(request, etag):
        return None
    unchanged = HttpResponseNotModified()
    for name, value in response.items():
        if not name.lower().startswith("content-"):
            unchanged[name] = value
    return unchanged


def _content_hash(response: Response) -> str:
    """A hash of the body without `server_time`, which alone does not make a response new."""
    data: Any = response.data
    body = response.content
    if isinstance(data, dict) and "server_time" in data:
        body = JSONRenderer().render({name: value for name, value in data.items() if name != "server_time"})
    return hashlib.sha256(body).hexdigest()[:32]
