"""Notifications about drafts for the players of a league, with times in each player's own time zone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse

from accounts.models import Notification, User
from accounts.services import NewNotification, notify_each
from core.formatting.datetimes import format_datetime

from ..models import Draft, Pick
from ..selectors import players_of

MomentFormatter = Callable[[datetime], str]
Kind = Notification.Kind


@dataclass(frozen=True)
class Announcement:
    """A notification for the players of a draft. `body` gets a formatter for datetimes in the player's time zone."""

    draft: Draft
    what: str
    kind: str
    title: str
    body: Callable[[MomentFormatter], str]


def lock_moved(draft: Draft) -> Announcement:
    title = f"{draft.race.name}: the draft of “{draft.league.name}” locks at another time"
    kept = " Picks that were made stay." if draft.opened_at else ""
    return Announcement(
        draft, "moved", Kind.RACE_CHANGED, title, lambda at: f"It locks on {at(draft.locks_at)} now.{kept}"
    )


def next_race_changed(draft: Draft) -> Announcement:
    title = f"“{draft.league.name}” drafts for another race next: {draft.race.name}"
    return Announcement(
        draft,
        "aimed",
        Kind.RACE_CHANGED,
        title,
        lambda at: (
            f"The calendar has changed. The draft opens on {at(draft.opens_at)} and locks on {at(draft.locks_at)}."
        ),
    )


def draft_voided(draft: Draft) -> Announcement:
    title = f"{draft.race.name}: the draft of “{draft.league.name}” is void"
    kept = " Picks that were made stay visible and score nothing; the order is kept for the next draft."
    body = draft.void_reason + (kept if draft.opened_at else "")
    return Announcement(draft, "void", Kind.DRAFT_VOIDED, title, lambda at: body)


def notify_players(announcements: Sequence[Announcement], *, now: datetime) -> None:
    """Notify the players of all these drafts; the number of queries does not depend on the number of drafts."""
    players = players_of({announcement.draft.league_id for announcement in announcements})
    recipients = (
        (announcement, user) for announcement in announcements for user in players.get(announcement.draft.league_id, ())
    )
    notify_each(news=[_news(announcement, user, now) for announcement, user in recipients], now=now)


def _news(announcement: Announcement, user: User, now: datetime) -> NewNotification:
    draft = announcement.draft
    # The key contains `now`, because the same can happen twice: a race moves, moves back, and moves again.
    key = f"{announcement.what}:{draft.pk}:{now.isoformat()}"
    url = reverse("drafts:room", args=[draft.league_id, draft.race_id])
    return NewNotification(
        user.pk, announcement.kind, key, announcement.title, announcement.body(_in_zone_of(user)), url
    )


def notify_drivers_out(*, picks: Iterable[Pick], now: datetime) -> None:
    """Notify the holders of these picks that their drivers are out. Skips bots and former players."""
    holders = [(pick, pick.slot.constructor) for pick in picks]
    news = [
        _driver_out(pick, holder.owner, now)
        for pick, holder in holders
        if holder.owner is not None and holder.left_at is None and not holder.is_bot
    ]
    notify_each(news=news, now=now)


def _driver_out(pick: Pick, user: User, now: datetime) -> NewNotification:
    draft, driver = pick.draft, pick.entry.driver
    locks_at = _in_zone_of(user)(draft.locks_at)
    return NewNotification(
        user.pk,
        Kind.DRIVER_OUT,
        f"out:{pick.pk}:{now.isoformat()}",
        f"{driver} is out of the {draft.race.name}: choose another driver in “{draft.league.name}”",
        f"Any free driver can take his place until the draft locks on {locks_at}. If you do nothing, whoever comes in "
        "for him scores for you; where nobody does, he brings no points.",
        reverse("drafts:room", args=[draft.league_id, draft.race_id]),
    )


def _in_zone_of(user: User) -> MomentFormatter:
    return lambda moment: format_datetime(moment.astimezone(ZoneInfo(user.time_zone)))
