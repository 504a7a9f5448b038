"""The sessions of race weekends as calendar events, for the feed of a season and the feeds of players."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from core.web.downloads import CalendarEvent
from core.web.site import absolute_url, site_host

from .models import Race, Session

RACE_DURATION = timedelta(hours=2)
DURATIONS = {Session.Kind.SPRINT_QUALIFYING: timedelta(minutes=45)}
SESSION_DURATION = timedelta(hours=1)


def race_events(races: Iterable[Race], *, unchanged_at: datetime | None = None) -> Iterator[CalendarEvent]:
    """Return the sessions of these races, with the race itself last; expects the sessions loaded.

    A session whose time is not known takes the whole day. `unchanged_at` is the stamp of races that never changed.
    """
    for race in races:
        for session in race.sessions.all():
            title = _("%(session)s: %(race)s") % {"session": session.get_kind_display(), "race": race.name}
            lasts = DURATIONS.get(Session.Kind(session.kind), SESSION_DURATION)
            yield _event(race, f"-{session.kind}", title, session.starts_at or session.date, lasts, unchanged_at)
        yield _event(race, "", race.name, race.starts_at or race.race_date, RACE_DURATION, unchanged_at)


def _event(
    race: Race, part: str, title: str, at: datetime | date, lasts: timedelta, unchanged_at: datetime | None
) -> CalendarEvent:
    page = absolute_url(reverse("races:race", args=[race.pk]))
    return CalendarEvent(
        uid=f"race-{race.pk}{part}@{site_host()}",
        title=title,
        starts_at=at,
        lasts=lasts if isinstance(at, datetime) else timedelta(),
        description=page,
        url=page,
        changed_at=race.timetable_changed_at or unchanged_at,
        is_cancelled=race.state == Race.State.CANCELLED,
        is_tentative=race.state == Race.State.POSTPONED,
    )
