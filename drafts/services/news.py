"""What the players of a league are told of its draft, each in his own time zone."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse

from accounts.models import Notification, User
from accounts.services import News, notify_each
from fantasyf1.kit.moments import moment_text

from ..models import Draft
from ..selectors import players_of

Told = Callable[[datetime], str]
Kind = Notification.Kind


def tell_of_moved_lock(*, draft: Draft, now: datetime) -> None:
    title = f"{draft.race.name}: the draft of “{draft.league.name}” locks at another time"
    kept = " Picks that were made stay." if draft.opened_at else ""
    _tell(draft, "moved", Kind.RACE_CHANGED, title, lambda at: f"It locks on {at(draft.locks_at)} now.{kept}", now)


def tell_of_other_race(*, draft: Draft, now: datetime) -> None:
    title = f"“{draft.league.name}” drafts for another race next: {draft.race.name}"
    _tell(
        draft,
        "aimed",
        Kind.RACE_CHANGED,
        title,
        lambda at: (
            f"The calendar has changed. The draft opens on {at(draft.opens_at)} and locks on {at(draft.locks_at)}."
        ),
        now,
    )


def tell_of_void(*, draft: Draft, now: datetime) -> None:
    title = f"{draft.race.name}: the draft of “{draft.league.name}” is void"
    kept = " Picks that were made stay visible and score nothing; the order is kept for the next draft."
    body = draft.void_reason + (kept if draft.opened_at else "")
    _tell(draft, "void", Kind.DRAFT_VOIDED, title, lambda at: body, now)


def _tell(draft: Draft, what: str, kind: str, title: str, body: Callable[[Told], str], now: datetime) -> None:
    # The same thing may happen twice: a race moves there, back, and there again.
    key = f"{what}:{draft.pk}:{now.isoformat()}"
    url = reverse("drafts:room", args=[draft.league_id, draft.race_id])
    told = [News(user.pk, kind, key, title, body(_in_zone_of(user)), url) for user in players_of(draft.league)]
    notify_each(news=told, now=now)


def _in_zone_of(user: User) -> Told:
    return lambda moment: moment_text(moment.astimezone(ZoneInfo(user.time_zone)))
