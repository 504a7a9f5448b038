"""Notifications about drafts for the players of a league, with times in each player's own time zone."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse

from accounts.models import Notification, User
from accounts.services import News, notify_each
from fantasyf1.kit.moments import moment_text

from ..models import Draft, Pick
from ..selectors import players_of

Told = Callable[[datetime], str]
Kind = Notification.Kind


@dataclass(frozen=True)
class Telling:
    """A notification for the players of a draft. `body` gets a formatter for datetimes in the player's time zone."""

    draft: Draft
    what: str
    kind: str
    title: str
    body: Callable[[Told], str]


def moved_lock(draft: Draft) -> Telling:
    title = f"{draft.race.name}: the draft of “{draft.league.name}” locks at another time"
    kept = " Picks that were made stay." if draft.opened_at else ""
    return Telling(draft, "moved", Kind.RACE_CHANGED, title, lambda at: f"It locks on {at(draft.locks_at)} now.{kept}")


def other_race(draft: Draft) -> Telling:
    title = f"“{draft.league.name}” drafts for another race next: {draft.race.name}"
    return Telling(
        draft,
        "aimed",
        Kind.RACE_CHANGED,
        title,
        lambda at: (
            f"The calendar has changed. The draft opens on {at(draft.opens_at)} and locks on {at(draft.locks_at)}."
        ),
    )


def void(draft: Draft) -> Telling:
    title = f"{draft.race.name}: the draft of “{draft.league.name}” is void"
    kept = " Picks that were made stay visible and score nothing; the order is kept for the next draft."
    body = draft.void_reason + (kept if draft.opened_at else "")
    return Telling(draft, "void", Kind.DRAFT_VOIDED, title, lambda at: body)


def tell(announcements: Sequence[Telling], *, now: datetime) -> None:
    """Notify the players of all these drafts; the number of queries does not depend on the number of drafts."""
    players = players_of({announcement.draft.league_id for announcement in announcements})
    recipients = (
        (announcement, user) for announcement in announcements for user in players.get(announcement.draft.league_id, ())
    )
    notify_each(news=[_news(announcement, user, now) for announcement, user in recipients], now=now)


def _news(announcement: Telling, user: User, now: datetime) -> News:
    draft = announcement.draft
    # The key contains `now`, because the same can happen twice: a race moves, moves back, and moves again.
    key = f"{announcement.what}:{draft.pk}:{now.isoformat()}"
    url = reverse("drafts:room", args=[draft.league_id, draft.race_id])
    return News(user.pk, announcement.kind, key, announcement.title, announcement.body(_in_zone_of(user)), url)


def tell_of_drivers_out(*, picks: Iterable[Pick], now: datetime) -> None:
    """Notify the holders of these picks that their drivers are out. Skips bots and former players."""
    holders = [(pick, pick.slot.constructor) for pick in picks]
    news = [
        _driver_out(pick, holder.owner, now)
        for pick, holder in holders
        if holder.owner is not None and holder.left_at is None and not holder.is_bot
    ]
    notify_each(news=news, now=now)


def _driver_out(pick: Pick, user: User, now: datetime) -> News:
    draft, driver = pick.draft, pick.entry.driver
    locks_at = _in_zone_of(user)(draft.locks_at)
    return News(
        user.pk,
        Kind.DRIVER_OUT,
        f"out:{pick.pk}:{now.isoformat()}",
        f"{driver} is out of the {draft.race.name}: choose another driver in “{draft.league.name}”",
        f"Any free driver can take his place until the draft locks on {locks_at}. If you do nothing, whoever comes in "
        "for him scores for you; where nobody does, he brings no points.",
        reverse("drafts:room", args=[draft.league_id, draft.race_id]),
    )


def _in_zone_of(user: User) -> Told:
    return lambda moment: moment_text(moment.astimezone(ZoneInfo(user.time_zone)))
