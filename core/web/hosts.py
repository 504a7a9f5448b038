"""Requests with a foreign `Host` header: refused with one line in the log.

Django would log an error with a traceback, and Sentry would report it, as often as a stranger wishes.
"""

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import split_domain_port, validate_host
from django.http.response import HttpResponseBase
from django.utils.log import log_response
from django.utils.translation import gettext_lazy as _

from . import request_ids
from .error_bodies import error_body

logger = logging.getLogger(__name__)

CODE, SENTENCE = "unknown_host", _("This site does not respond to the host name in your request.")
LOG_MESSAGE = "Refused a request for the unknown host %.200r."


def is_allowed_host(host: str) -> bool:
    """Whether the site responds to this `Host` header, with or without a port."""
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


class AllowedHostMiddleware:
    """Responds with 400 to a foreign host. Must come before all middleware that reads the host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost:
            return _refuse(request)
        return self.get_response(request)


def _refuse(request: HttpRequest) -> HttpResponse:
    if request.path_info.startswith("/api/"):
        body = error_body(CODE, str(SENTENCE), fields={}, request_id=request_ids.current())
        response: HttpResponse = JsonResponse(body, status=400)
    else:
        response = HttpResponse(SENTENCE, content_type="text/plain; charset=utf-8", status=400)
    # Also marks the response as logged, so that Django does not add a warning.
    log_response(LOG_MESSAGE, request.META.get("HTTP_HOST", ""), response=response, level="info", logger=logger)
    return response
