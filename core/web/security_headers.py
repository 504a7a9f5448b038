"""The headers that protect every response: of Django, of WhiteNoise, and of the live streams without Django.

Middleware of Django and of packages sets most of them, from the same settings, and views may change them: only what a
response lacks is added.
"""

import re
from collections.abc import Callable
from functools import cache

from csp.utils import build_policy
from django.conf import settings
from django.core.signals import setting_changed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django_permissions_policy import PermissionsPolicyMiddleware

CSP, CORP, HSTS = "Content-Security-Policy", "Cross-Origin-Resource-Policy", "Strict-Transport-Security"
# Images that pages of other sites show, such as a chat that previews an invitation.
CROSS_ORIGIN_IMAGES = re.compile(r"/static/img/card\.|/(leagues/\d+|join/[\w-]+)/card\.png$")


@cache
def security_headers(*, is_secure: bool) -> dict[str, str]:
    """The headers by name; with HSTS if the request came over HTTPS, since browsers ignore it otherwise."""
    headers = {
        CSP: build_policy(),
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY or "",
        CORP: "same-origin",
        "Permissions-Policy": PermissionsPolicyMiddleware(lambda request: HttpResponse()).permissions_policy,
        "Referrer-Policy": str(settings.SECURE_REFERRER_POLICY),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
    }
    return headers | ({HSTS: _strict_transport_security()} if is_secure and settings.SECURE_HSTS_SECONDS else {})


def _strict_transport_security() -> str:
    parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
    parts += ["includeSubDomains"] * settings.SECURE_HSTS_INCLUDE_SUBDOMAINS
    parts += ["preload"] * settings.SECURE_HSTS_PRELOAD
    return "; ".join(parts)


def _forget(**kwargs: object) -> None:
    security_headers.cache_clear()


setting_changed.connect(_forget)


class SecurityHeadersMiddleware:
    """Adds the headers to Django's responses. Must come before all middleware that can respond by itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if CROSS_ORIGIN_IMAGES.match(request.path_info) and response.get("Content-Type", "").startswith("image/"):
            response.headers.setdefault(CORP, "cross-origin")
        for name, value in security_headers(is_secure=request.is_secure()).items():
            # Django's debug pages have styles and scripts in them.
            if not (name == CSP and settings.DEBUG and response.status_code in (404, 500)):
                response.headers.setdefault(name, value)
        return response
