"""The calendar events of a player: when drafts open and lock, when their own pick is due, and the sessions."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from core.web.downloads import CalendarEvent
from core.web.site import absolute_url, site_host
from races.calendar_events import race_events

from .models import Draft, Slot
from .selectors import calendar_drafts, calendar_races, own_turns

DEADLINE_ALARM = timedelta(minutes=30)
LOCK_ALARM = timedelta(hours=1)


def calendar_events(user: User, now: datetime) -> Iterator[CalendarEvent]:
    """Return the events of the player's leagues, from two months ago on."""
    drafts = list(calendar_drafts(user, now))
    yield from own_deadlines(user, drafts)
    for draft in drafts:
        yield _opening(draft)
        yield _lock(draft)
    yield from race_events(calendar_races(user, now))


def own_deadlines(user: User, drafts: Collection[Draft]) -> Iterator[CalendarEvent]:
    """Return the deadlines of the player's turns that are running now."""
    for slot, draft in own_turns(user, drafts):
        title = _("Your pick is due: %(draft)s") % {"draft": _subject(draft)}
        yield _deadline(slot, draft, title)


def _deadline(slot: Slot, draft: Any, title: str) -> CalendarEvent:
    """Return the deadline of a running turn; the draft is one of `calendar_drafts`."""
    return CalendarEvent(
        uid=f"turn-{slot.pk}@{site_host()}",
        title=title,
        starts_at=draft.turn_ends_at,
        description=_room(draft),
        url=_room(draft),
        changed_at=draft.last_event_at,
        alarm=DEADLINE_ALARM,
    )


def _opening(draft: Draft) -> CalendarEvent:
    return _draft_event(draft, "opens", _("Draft opens: %(draft)s"), draft.opens_at, _room(draft))


def _lock(draft: Draft) -> CalendarEvent:
    description = _("If you have not picked by then, you get an autopick if your league allows them.")
    if draft.lock_is_provisional:
        description = _(
            "If you have not picked by then, you get an autopick if your league allows them. "
            "The timetable is not published yet, so this time may change."
        )
    title = _("Draft locks: %(draft)s")
    return _draft_event(draft, "locks", title, draft.locks_at, f"{description} {_room(draft)}", alarm=LOCK_ALARM)


def _draft_event(
    draft: Draft, what: str, title: str, at: datetime, description: str, *, alarm: timedelta | None = None
) -> CalendarEvent:
    return CalendarEvent(
        uid=f"draft-{draft.pk}-{what}@{site_host()}",
        title=title % {"draft": _subject(draft)},
        starts_at=at,
        description=description,
        url=_room(draft),
        changed_at=max(filter(None, (draft.window_changed_at, draft.voided_at)), default=None),
        is_cancelled=draft.state == Draft.State.VOID,
        is_tentative=draft.lock_is_provisional,
        alarm=alarm,
    )


def _subject(draft: Draft) -> str:
    return f"{draft.league.name}, {draft.race.name}"


def _room(draft: Draft) -> str:
    return absolute_url(reverse("drafts:room", args=[draft.league_id, draft.race_id]))
