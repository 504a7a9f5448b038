"""Views of the API that belong to no resource: its documentation, unknown URLs and unexpected errors."""

import re
import sys
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.log import log_response
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework import permissions, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView

from core.database_errors import is_connection_lost, is_unavailable
from core.web import retries

from .etags import is_not_modified
from .exceptions import internal_error_response, unavailable_response
from .middleware import API_PREFIX
from .schema_document import SchemaDocument, schema_document

# How long a restart of PostgreSQL takes.
RETRY_AFTER_SECONDS = 5


class NotFoundView(APIView):
    """Responds to every unknown URL below /api/ with a 404 in the API's error format instead of an HTML page."""

    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)
    throttle_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound(_("There is nothing at this URL."))


# The documentation is the same for everyone, so caches may keep it, but must ask every time whether it still holds.
PUBLIC_NO_CACHE = "public, no-cache"
ZERO_WEIGHTS = {"0", "0.", "0.0", "0.00", "0.000"}
GZIP = re.compile(r"(?:^|,)\s*(?:x-)?gzip\s*(?:;\s*q=(?P<weight>[0-9.]+)\s*)?(?:,|$)", re.IGNORECASE)


class SchemaView(SpectacularAPIView):
    """The schema as YAML or JSON, by `Accept` or `?format=`, compressed if the client accepts it."""

    authentication_classes = ()
    schema = None

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        document = schema_document(request.accepted_renderer.format)
        response = self._response(request, document)
        response["ETag"], response["Cache-Control"] = document.etag, PUBLIC_NO_CACHE
        patch_vary_headers(response, ["Accept-Encoding"])
        return response

    def _response(self, request: Request, document: SchemaDocument) -> HttpResponse:
        if is_not_modified(request, document.etag):
            return HttpResponseNotModified()
        is_compressed = accepts_gzip(request.headers.get("Accept-Encoding", ""))
        response = HttpResponse(
            document.compressed if is_compressed else document.body, content_type=request.accepted_media_type
        )
        filename = self._get_filename(request, settings.VERSION)  # type: ignore[no-untyped-call]
        response["Content-Disposition"] = f'inline; filename="{filename}"'
        if is_compressed:
            response["Content-Encoding"] = "gzip"
        return response


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether a client with this `Accept-Encoding` header accepts gzip.

    >>> [accepts_gzip(text) for text in ("gzip", "br;q=1.0, gzip;q=0.8", "x-gzip")]
    [True, True, True]
    >>> [accepts_gzip(text) for text in ("", "br", "gzip;q=0", "gzip; q=0.000, br", "notgzip")]
    [False, False, False, False, False]
    """
    found = GZIP.search(accept_encoding)
    return found is not None and found["weight"] not in ZERO_WEIGHTS


def _documentation_page(view: Any) -> Any:
    """A page that shows the schema: compressed, and not sent again to those who have it."""
    return cache_control(public=True, no_cache=True)(gzip_page(conditional_page(view)))


docs_view = _documentation_page(
    SpectacularSwaggerSplitView.as_view(
        template_name="swagger.html", template_name_js="swagger.js", authentication_classes=()
    )
)

# ReDoc's script creates two style elements: an empty one, into which it writes rules, and one that is always the same.
# These are their hashes for the Content Security Policy; tests/e2e/test_api_docs.py fails if a newer ReDoc has others.
REDOC_STYLE_HASHES = [
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
]
redoc_view = csp_update({"style-src": REDOC_STYLE_HASHES})(
    _documentation_page(SpectacularRedocView.as_view(template_name="redoc.html", authentication_classes=()))
)


def server_error(request: HttpRequest) -> HttpResponse:
    """The handler for unexpected errors: the API's error format without details below /api/, else the HTML page.

    The status is 503 if the database did not respond: the same request may succeed in a moment.
    """
    error = sys.exc_info()[1]
    if is_unavailable(error):
        return _unavailable(request, error)
    if request.path_info.startswith(API_PREFIX):
        return internal_error_response(status.HTTP_500_INTERNAL_SERVER_ERROR)
    return defaults.server_error(request)


def _unavailable(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    if is_connection_lost(error):
        request.META[retries.CONNECTION_LOST] = True
    if request.path_info.startswith(API_PREFIX):
        response: HttpResponse = unavailable_response()
    else:
        response = HttpResponse(render_to_string("503.html"), status=status.HTTP_503_SERVICE_UNAVAILABLE)
    response["Retry-After"] = RETRY_AFTER_SECONDS
    # Without it, middleware would ask the database who is signed in.
    response["Cache-Control"] = "no-store"
    # One line without a traceback, which marks the response as logged.
    log_response("The database does not respond: %s: %s", request.path, error, response=response, level="warning")
    return response
