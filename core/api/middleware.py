"""Middleware of the API: its URLs work with or without a trailing slash."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

API_PREFIX = "/api/"


class ApiTrailingSlashMiddleware:
    """Treat `/api/v1/leagues/` as `/api/v1/leagues`: a redirect would lose the body of a POST.

    The API is always UTF-8, so the `charset` of a request is ignored: Python knows encodings, such as `rot13`, with
    which Django cannot decode a query string.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(API_PREFIX):
            request.path_info = request.path_info.removesuffix("/")
            request.encoding = "utf-8"
        return self.get_response(request)
