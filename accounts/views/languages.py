"""The language of visitors, in a cookie. Users have theirs in the profile."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.web.languages import is_language
from core.web.requests import next_url

YEAR_SECONDS = 365 * 24 * 3600


# The form is on every page of visitors: a token would give each of them a cookie, and nothing is at stake here.
@csrf_exempt
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in this browser, and go back to the page."""
    language = request.POST.get("language", "")
    response = redirect(next_url(request, "home"))
    if is_language(language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
