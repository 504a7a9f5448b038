"""Middleware for people: their language and time zone, when they were last seen, and the cookie of their browser."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from core import clock
from core.web.languages import language_of

from . import services
from .services.devices import LIFETIME


class LanguageMiddleware:
    """Respond in the language of the URL, of the account, of the browser's cookie, or of `Accept-Language`.

    Unlike with Django's LocaleMiddleware, the language ends with the request, and responses that are the same for
    everyone do not vary.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request, request.user.language if request.user.is_authenticated else "")
        with translation.override(language):
            response = self.get_response(request)
        if "public" not in response.get("Cache-Control", ""):
            patch_vary_headers(response, ["Accept-Language"])
            if response.get("Content-Type", "").startswith("text/html"):
                response.headers.setdefault("Content-Language", language)
        return response


class TimeZoneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(zoneinfo.ZoneInfo(request.user.time_zone)):
            return self.get_response(request)


class LastSeenMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            services.record_seen(user=request.user, now=clock.now())
        return self.get_response(request)


class DeviceCookieMiddleware:
    """Set a device cookie when a user has signed in, or has ended the old ones and stays signed in in this browser.

    All of these give the session a new key. Signing in at the API has no session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key
        response = self.get_response(request)
        if request.session.session_key != key and request.user.is_authenticated:
            name, value = services.device_cookie(request.user)
            response.set_cookie(
                name,
                value,
                max_age=LIFETIME,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Strict",
            )
        return response
