"""Languages: which one a request gets, and how caches and search engines find the others."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_supported_language_variant, trans_real

API_PREFIX = "/api/"
# A page in this language, whatever the reader's is: for search engines, which send no preference (hreflang).
QUERY_PARAMETER = "lang"


def language_choices() -> list[tuple[str, str]]:
    """The languages of the site with their own names, for a select."""
    return list(settings.LANGUAGES)


def language_of(request: HttpRequest, chosen: str = "") -> str:
    """The language of the response: that of the URL, else the chosen one of the account or of the browser's cookie,
    else the first of `Accept-Language` that the site has. The API knows only the last.
    """
    asked = request.headers.get("Accept-Language", "")
    if request.path_info.startswith(API_PREFIX):
        return accepted_language(asked)
    names = (
        request.GET.get(QUERY_PARAMETER, "") if request.method in ("GET", "HEAD") else "",
        chosen,
        request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""),
    )
    return next((name for name in names if is_language(name)), None) or accepted_language(asked)


def is_language(name: str) -> bool:
    return name in dict(settings.LANGUAGES)


def known_language(name: str) -> str:
    """The language of a person, or that of the site if they have not chosen one or it is gone."""
    return name if is_language(name) else settings.LANGUAGE_CODE


def language_urls(request: HttpRequest) -> Mapping[str, str]:
    """The URL of this page in each language, absolute, and under "x-default" the one in the reader's language."""
    query = request.GET.copy()
    query.pop(QUERY_PARAMETER, None)
    urls = {"x-default": _url(request, query.urlencode())}
    for name, _ in settings.LANGUAGES:
        query[QUERY_PARAMETER] = name
        urls[name] = _url(request, query.urlencode())
    return urls


def _url(request: HttpRequest, query: str) -> str:
    return f"{settings.SITE_URL}{request.path}" + (f"?{query}" if query else "")


def accepted_language(header: str) -> str:
    """The first language in an `Accept-Language` header that the site has, else that of the site."""
    for name, _ in trans_real.parse_accept_lang_header(header):
        if name == "*":
            break
        try:
            return get_supported_language_variant(name)
        except LookupError:
            continue
    return str(settings.LANGUAGE_CODE)


def in_language_of_url(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For views whose responses are public: in the language of the URL alone, because caches keep one for everyone."""

    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with translation.override(known_language(request.GET.get(QUERY_PARAMETER, ""))):
            return view(request, *args, **kwargs)

    return respond


class AcceptedLanguageMiddleware:
    """What the middleware before accounts.middleware.LanguageMiddleware says is in the language that the browser asks
    for: refusals, and errors while the account is read. Must come before them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with translation.override(accepted_language(request.headers.get("Accept-Language", ""))):
            response = self.get_response(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            patch_vary_headers(response, ["Accept-Language"])
        return response


def in_stored_language() -> AbstractContextManager[None]:
    """For texts that are stored, and translated when they are shown (`core.stored_texts`)."""
    return translation.override(settings.LANGUAGE_CODE)


@contextmanager
def reading_as(user: Any) -> Iterator[None]:
    """In the language and time zone of a user of the project's model; for None, in the site's language and UTC."""
    language = known_language(user.language if user else "")
    with translation.override(language), timezone.override(ZoneInfo(user.time_zone if user else "UTC")):
        yield
