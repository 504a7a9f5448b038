"""What the players of a league are told of its draft, each in his own time zone."""

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
    """Something to tell the players of a draft. `body` gets the words for moments in the player's own zone."""

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


def tell(tellings: Sequence[Telling], *, now: datetime) -> None:
    """Tell the players of all these drafts, with as many queries as for one."""
    players = players_of({one.draft.league_id for one in tellings})
    notify_each(
        news=[_news(one, user, now) for one in tellings for user in players.get(one.draft.league_id, ())], now=now
    )


def _news(told: Telling, user: User, now: datetime) -> News:
    draft = told.draft
    # The same thing may happen twice: a race moves there, back, and there again.
    key = f"{told.what}:{draft.pk}:{now.isoformat()}"
    url = reverse("drafts:room", args=[draft.league_id, draft.race_id])
    return News(user.pk, told.kind, key, told.title, told.body(_in_zone_of(user)), url)


def tell_of_drivers_out(*, picks: Iterable[Pick], now: datetime) -> None:
    """Tell the holders of these picks that their drivers are out. Neither bots nor former players are told."""
    holders = [(pick, pick.slot.constructor) for pick in picks]
    told = [
        _driver_out(pick, holder.owner, now)
        for pick, holder in holders
        if holder.owner is not None and holder.left_at is None and not holder.is_bot
    ]
    notify_each(news=told, now=now)


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
