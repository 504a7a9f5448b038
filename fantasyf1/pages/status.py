"""The status page: everything for administrators; one line for everyone else, where `PUBLIC_STATUS` is on."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core import clock
from core.cache.safe_cache import read_through
from fantasyf1 import site_status

# The public page is read from the cache, so that nobody can make the site ask all its parts all the time.
PUBLIC_SECONDS = 30


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """404 for those who may not see it."""
    if request.user.is_authenticated and request.user.is_superuser:
        statuses = site_status.all_statuses(clock.now())
        context = {"statuses": statuses, "troubles": [status for status in statuses if not status.is_good]}
        return render(request, "pages/status.html", context)
    if not settings.PUBLIC_STATUS:
        raise Http404
    tone = read_through("public_status", _public_tone, seconds=PUBLIC_SECONDS)
    return render(request, "pages/public_status.html", {"tone": tone})


def _public_tone() -> str:
    return site_status.worst_tone(site_status.all_statuses(clock.now()))
