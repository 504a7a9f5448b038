"""The iCalendar feed of a player: when drafts open and lock, and when the races are."""

from collections.abc import Iterator
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.services import user_for_calendar_token
from core import clock
from core.web.downloads import CalendarEvent, attachment_response, to_icalendar
from core.web.site import absolute_url, site_host
from races.models import Race

from ..models import Draft
from ..selectors import calendar_drafts

RACE_DURATION = timedelta(hours=2)


@never_cache
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Serve the feed to anybody with its secret URL: calendar programs that subscribe to it do not sign in."""
    user = user_for_calendar_token(token)
    if user is None:
        raise Http404
    now = clock.now()
    body = to_icalendar("Fantasy F1", _calendar_entries(list(calendar_drafts(user, now))), now=now)
    response = attachment_response(body, "text/calendar; charset=utf-8", "fantasy-f1.ics")
    # The URL is the credential, so search engines must not index it.
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _calendar_entries(drafts: list[Draft]) -> Iterator[CalendarEvent]:
    site = site_host()
    for draft in drafts:
        room = absolute_url(reverse("drafts:room", args=[draft.league_id, draft.race_id]))
        subject = f"{draft.league.name}, {draft.race.name}"
        description = _("If you have not picked by then, you get an autopick if your league allows them.")
        if draft.lock_is_provisional:
            description = _(
                "If you have not picked by then, you get an autopick if your league allows them. "
                "The timetable is not published yet, so this time may change."
            )
        yield CalendarEvent(
            f"draft-{draft.pk}-opens@{site}",
            _("Draft opens: %(draft)s") % {"draft": subject},
            draft.opens_at,
            description=room,
            url=room,
        )
        yield CalendarEvent(
            f"draft-{draft.pk}-locks@{site}",
            _("Draft locks: %(draft)s") % {"draft": subject},
            draft.locks_at,
            description=f"{description} {room}",
            url=room,
        )
    for race in {draft.race_id: draft.race for draft in drafts}.values():
        yield _race_entry(race, site)


def _race_entry(race: Race, site: str) -> CalendarEvent:
    page = absolute_url(reverse("races:race", args=[race.pk]))
    return CalendarEvent(f"race-{race.pk}@{site}", race.name, race.expected_start, RACE_DURATION, page, page)
