"""The iCalendar feed of a player: their deadlines, when drafts open and lock, and when the sessions are."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.services import user_for_calendar_token
from core import clock
from core.web.downloads import attachment_response, to_icalendar

from ..calendar_events import calendar_events


@never_cache
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Serve the feed to anybody with its secret URL: calendar programs that subscribe to it do not sign in."""
    user = user_for_calendar_token(token)
    if user is None:
        raise Http404
    now = clock.now()
    with override(user.language or get_language()):
        body = to_icalendar("Fantasy F1", calendar_events(user, now), now=now)
    response = attachment_response(body, "text/calendar; charset=utf-8", "fantasy-f1.ics")
    # The URL is the credential, so search engines must not index it.
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
