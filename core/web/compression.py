"""Compression of pages, without what makes it dangerous: BREACH (https://www.breachattack.com).

An attacker who lets a victim's browser send requests, and sees how long the encrypted responses are, can guess secrets
in a page if the page repeats a guess and is compressed. Browsers say that another site is behind a request
(`Sec-Fetch-Site`), and then a page of a signed-in user is not compressed. For browsers that do not say so, Django adds
a random length, CSRF tokens are masked, and the session cookie is `SameSite=Lax`.
"""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_cache_control

COMPRESSED_TYPES = {"text/html", "text/javascript", "text/csv", "text/calendar", "application/manifest+json"}


class PageCompressionMiddleware(GZipMiddleware):
    """Compresses whole pages: not streams, of which each part has to arrive at once, and not the API, whose ETags are
    strong. A proxy may compress the latter.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        content_type = response.get("Content-Type", "").partition(";")[0]
        if response.streaming or content_type not in COMPRESSED_TYPES:
            return response
        if _may_be_an_attack(request):
            patch_cache_control(response, no_transform=True)  # Proxies do not compress it either.
            return response
        return super().process_response(request, response)


def _may_be_an_attack(request: HttpRequest) -> bool:
    is_from_elsewhere = request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}
    return is_from_elsewhere and settings.SESSION_COOKIE_NAME in request.COOKIES
