"""Middleware for all pages: what caches may keep, and the page about an exceeded rate limit."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from core.errors import RateLimited


class CacheControlMiddleware:
    """Send `Cache-Control: private, no-store` with the pages of signed-in users, unless the view has set the header.

    Without it, the browser's back button would show such pages after signing out on a shared computer.

    A response that its view calls public is the same for everyone. But other middleware looks at the session, so Django
    says that every response depends on the cookie, and caches would keep a copy of it for each visitor.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control") and _is_signed_in(request):
            patch_cache_control(response, private=True, no_store=True)
        if _is_public(response):
            _remove_cookie_from_vary(response)
        return response


class RateLimitedMiddleware:
    """Respond with a page to requests that exceed a rate limit, where the view does not say so itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, RateLimited):
            return None
        response = render(request, "429.html", {"sentence": error.sentence}, status=429)
        response["Retry-After"] = str(error.seconds)
        return response


def _is_signed_in(request: HttpRequest) -> bool:
    # A request that an earlier middleware answered has no user.
    return hasattr(request, "user") and request.user.is_authenticated


def _is_public(response: HttpResponse) -> bool:
    return "public" in _names(response.get("Cache-Control", ""))


def _remove_cookie_from_vary(response: HttpResponse) -> None:
    names = [name for name in _names(response.get("Vary", "")) if name.lower() != "cookie"]
    if names:
        response["Vary"] = ", ".join(names)
    elif response.has_header("Vary"):
        del response["Vary"]


def _names(header: str) -> list[str]:
    """The names in a header that is a list.

    >>> _names("Accept, Cookie"), _names("")
    (['Accept', 'Cookie'], [])
    """
    return [name.strip() for name in header.split(",") if name.strip()]
