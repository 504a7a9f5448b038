"""A page for addresses that only take forms, with a way on.

A browser requests such an address as a page when somebody signs in again after sending a form, reloads the page that
they got while the site restarted, or follows an old link. Django would respond with an empty page.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import Resolver404, resolve


class FormAddressMiddleware:
    """Shows a page where a view refuses GET."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in ("GET", "HEAD") or not isinstance(response, HttpResponseNotAllowed):
            return response
        page = render(request, "405.html", {"page_url": page_above(request.path)}, status=response.status_code)
        page["Allow"] = response["Allow"]
        return page


def page_above(path: str) -> str:
    """The nearest address above this one that exists: forms are sent to addresses below the page that has them."""
    parts = path.strip("/").split("/")
    above = ("/".join(["", *parts[:length], ""]) for length in range(len(parts) - 1, 0, -1))
    return next(filter(_exists, above), "/")


def _exists(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
