"""What browsers are told about pages, beside what Django and the libraries tell them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control


class PrivatePagesMiddleware:
    """Keep the pages of whoever is signed in out of every cache, also of the browser's own: after signing out on a
    shared machine, “back” shows nothing. A page that says for itself how long it may be kept is left alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control") and _is_signed_in(request):
            patch_cache_control(response, private=True, no_store=True)
        return response


def _is_signed_in(request: HttpRequest) -> bool:
    # A request that was answered before the sign-in was looked at has no user.
    return hasattr(request, "user") and request.user.is_authenticated
