"""Views of the API that belong to no resource: its documentation, unknown URLs and unexpected errors."""

from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults
from drf_spectacular.views import SpectacularRedocView
from rest_framework import permissions, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView

from .exceptions import internal_error_response
from .middleware import API_PREFIX


class NotFoundView(APIView):
    """Responds to every unknown URL below /api/ with a 404 in the API's error format instead of an HTML page."""

    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)
    throttle_classes = ()
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound(_("There is nothing at this URL."))


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
