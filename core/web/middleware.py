"""Middleware that keeps private pages out of caches."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control


class PrivateCacheControlMiddleware:
    """Send `Cache-Control: private, no-store` with the pages of signed-in users, unless the view has set the header.

    Without it, the browser's back button would show such pages after signing out on a shared computer.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control") and _is_signed_in(request):
            patch_cache_control(response, private=True, no_store=True)
        return response


def _is_signed_in(request: HttpRequest) -> bool:
    # A request that an earlier middleware answered has no user.
    return hasattr(request, "user") and request.user.is_authenticated
