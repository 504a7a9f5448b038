"""The translations of the sentences in static/js: defines gettext(), ngettext() and interpolate() for the scripts."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe
from django.views.i18n import JavaScriptCatalog

CACHE_SECONDS = 3600


def _etag(request: HttpRequest) -> str:
    return f'"{settings.VERSION}-{settings.LOCALE_PATHS[0].name}-{get_language()}"'


# Pages add the version and the language to the URL, so that browsers fetch another catalogue after an update.
@require_safe
@cache_control(max_age=CACHE_SECONDS)
@condition(etag_func=_etag)
def javascript_catalog(request: HttpRequest) -> HttpResponseBase:
    """Django's catalogue in the language of the request, without the admin's sentences: the admin has its own."""
    return JavaScriptCatalog.as_view(packages=["fantasyf1"])(request)
