"""Notifications about drafts for all players of a league, and for administrators.

`turn_notifications` and `pick_notifications` are about one player's turn and picks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from constructors.models import Constructor
from leagues.models import League
from leagues.selectors import is_member
from notifications.kinds import Message
from notifications.services import NewNotification, notify, notify_each
from races.models import Race

from ..models import Draft, Pick, Slot
from ..notification_kinds import (
    DRAFTS_MISSED,
    DRIVERS_MISSING,
    LOCK_MOVED,
    NEXT_LOCK_MOVED,
    NEXT_ORDER_SET,
    NEXT_RACE_CHANGED,
    NEXT_RESTORED,
    NEXT_SKIPPED,
    NEXT_VOIDED,
    NUDGED,
    OPENED,
    ORDER_SET,
    PAUSED,
    PICK_OUT,
    RACE_MISSED,
    STARTED,
    VOIDED,
)
from ..selectors import players_of


@dataclass(frozen=True)
class Announcement:
    """A notification for the players of a draft. The draft is described as it is when the announcement is made."""

    draft: Draft
    what: str
    message: Message
    params: dict[str, Any]


def lock_moved(draft: Draft) -> Announcement:
    return _announcement(draft, "moved", LOCK_MOVED if draft.opened_at else NEXT_LOCK_MOVED)


def next_race_changed(draft: Draft) -> Announcement:
    return _announcement(draft, "aimed", NEXT_RACE_CHANGED)


def race_skipped(draft: Draft, skipped: Race) -> Announcement:
    """The league skips a race; `draft` is the next one."""
    return _announcement(draft, "skipped", NEXT_SKIPPED, skipped=skipped.name)


def race_restored(draft: Draft) -> Announcement:
    return _announcement(draft, "restored", NEXT_RESTORED)


def draft_voided(draft: Draft) -> Announcement:
    return _announcement(draft, "void", VOIDED if draft.opened_at else NEXT_VOIDED)


def _announcement(draft: Draft, what: str, message: Message, **more: str) -> Announcement:
    params = params_of(draft) | {"opens_at": draft.opens_at, "reason": draft.void_reason} | more
    return Announcement(draft, what, message, params)


def params_of(draft: Draft) -> dict[str, Any]:
    """What every message about a draft says of it. Reads the league and the race, if they are not loaded."""
    return {
        "draft_id": draft.pk,
        "league_id": draft.league_id,
        "league": draft.league.name,
        "race_id": draft.race_id,
        "race": draft.race.name,
        "locks_at": draft.locks_at,
    }


def notify_players(announcements: Sequence[Announcement], *, now: datetime) -> None:
    """Notify the players of all these drafts; the number of queries does not depend on the number of drafts."""
    players = players_of({announcement.draft.league_id for announcement in announcements})
    notifications = (
        _notification(announcement, user, now)
        for announcement in announcements
        for user in players.get(announcement.draft.league_id, ())
    )
    notify_each(notifications=notifications, now=now)


def _notification(announcement: Announcement, user: User, now: datetime) -> NewNotification:
    # The key contains `now`, because the same can happen twice: a race moves, moves back, and moves again.
    key = f"{announcement.what}:{announcement.draft.pk}:{now.isoformat()}"
    return NewNotification(user.pk, announcement.message, key, announcement.params)


def notify_of_missing_drivers(draft: Draft, *, drivers: int, slots: int, now: datetime) -> None:
    """Tell the administrators if a draft opened with more slots than free drivers; once for a race."""
    if drivers < slots:
        notify(
            users=User.objects.filter(is_superuser=True, is_active=True),
            message=DRIVERS_MISSING,
            key=f"drivers-missing:{draft.race_id}",
            params=params_of(draft) | {"drivers": drivers, "slots": slots},
            now=now,
        )


def notify_of_missed_races(missed: Sequence[tuple[League, Race]], *, now: datetime) -> None:
    """Tell the players of these leagues, and the administrators once for a race, that it passed without a draft."""
    players = players_of({league.pk for league, _ in missed})
    notify_each(
        notifications=(
            NewNotification(user.pk, RACE_MISSED, f"missed:{league.pk}:{race.pk}", _missed_params(league, race))
            for league, race in missed
            for user in players.get(league.pk, ())
        ),
        now=now,
    )
    administrators = User.objects.filter(is_superuser=True, is_active=True)
    for league, race in {race.pk: (league, race) for league, race in missed}.values():
        params = _missed_params(league, race)
        notify(users=administrators, message=DRAFTS_MISSED, key=f"missed:{race.pk}", params=params, now=now)


def _missed_params(league: League, race: Race) -> dict[str, Any]:
    return {"league_id": league.pk, "league": league.name, "race_id": race.pk, "race": race.name}


def notify_drivers_out(*, picks: Iterable[Pick], now: datetime) -> None:
    """Notify the holders of these picks that their drivers are out. Skips bots and former players."""
    holders = [(pick, pick.slot.constructor) for pick in picks]
    notifications = [
        _driver_out(pick, holder.owner, now)
        for pick, holder in holders
        if holder.owner is not None and holder.left_at is None and not holder.is_bot
    ]
    notify_each(notifications=notifications, now=now)


def _driver_out(pick: Pick, user: User, now: datetime) -> NewNotification:
    params = params_of(pick.draft) | {"driver": str(pick.entry.driver), "pick_id": pick.pk}
    key = f"out:{pick.pk}:{now.isoformat()}"
    return NewNotification(user.pk, PICK_OUT, key, params, expires_at=pick.draft.locks_at)


def notify_nudged(*, draft: Draft, users: Sequence[User], by: User, now: datetime) -> None:
    """Tell players that the lobby of their league's first draft waits for them."""
    key = f"nudged:{draft.pk}:{now.isoformat()}"
    notify(users=users, message=NUDGED, key=key, params=params_by(draft, by), now=now)


def notify_draft_started(*, draft: Draft, by: User, now: datetime) -> None:
    """Tell the other players that a manager has started their league's first draft."""
    users = other_players(draft, by)
    notify(users=users, message=STARTED, key=f"started:{draft.pk}", params=params_by(draft, by), now=now)


def notify_paused(*, draft: Draft, by: User, now: datetime) -> None:
    """Tell the other players that a manager has paused the draft."""
    key, params = f"paused:{draft.pk}:{draft.last_seq}", params_by(draft, by)
    notify(users=other_players(draft, by), message=PAUSED, key=key, params=params, expires_at=draft.locks_at, now=now)


def draft_opened(draft: Draft, slots: Sequence[Slot]) -> list[NewNotification]:
    """For all players of a draft that has opened: when it locks, and the number of their first pick.

    `slots` holds all its slots with their constructors, in slot order.
    """
    first = {slot.constructor: slot.number for slot in reversed(slots)}
    params = params_of(draft) | {"slots": len(slots)}
    return [
        NewNotification(owner, OPENED, f"opened:{draft.pk}", params | {"place": place}, expires_at=draft.locks_at)
        for constructor, place in first.items()
        if (owner := player_of(constructor)) is not None
    ]


def order_set(
    draft: Draft, order: Sequence[int], constructors: Sequence[Constructor], by: User
) -> list[NewNotification]:
    """For the other players, after a manager has set the order (constructor ids): their places in it."""
    message = NEXT_ORDER_SET if draft.state == Draft.State.UPCOMING else ORDER_SET
    key = f"order:{draft.pk}:{draft.last_seq}"
    params = params_by(draft, by) | {"places": len(order), "opens_at": draft.opens_at}
    return [
        NewNotification(
            owner,
            message,
            key,
            params | {"place": order.index(constructor.pk) + 1, "constructor_id": constructor.pk},
            expires_at=draft.locks_at,
        )
        for constructor in constructors
        if (owner := player_of(constructor)) not in (None, by.pk)
    ]


def other_players(draft: Draft, by: User) -> list[User]:
    return [user for user in players_of({draft.league_id}).get(draft.league_id, ()) if user != by]


def player_of(constructor: Constructor) -> int | None:
    """Return the id of the user to notify about a constructor; None for a bot or a former player."""
    return constructor.owner_id if constructor.left_at is None and not constructor.is_bot else None


def params_by(draft: Draft, by: User) -> dict[str, Any]:
    """The params with the name of a member. Administrators from outside the league stay unnamed."""
    return params_of(draft) | {"by": by.shown_name if is_member(by, draft.league) else ""}
