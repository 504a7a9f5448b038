"""Notifications about drafts for the players of a league."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from leagues.models import League
from leagues.selectors import is_member
from notifications.kinds import Message
from notifications.services import NewNotification, notify, notify_each
from races.models import Race

from ..models import Draft, Pick
from ..notification_kinds import (
    DRAFTS_MISSED,
    DRIVERS_MISSING,
    LOCK_MOVED,
    NEXT_LOCK_MOVED,
    NEXT_RACE_CHANGED,
    NEXT_RESTORED,
    NEXT_SKIPPED,
    NEXT_VOIDED,
    NUDGED,
    PICK_OUT,
    RACE_MISSED,
    STARTED,
    VOIDED,
)
from ..selectors import free_entries, players_of


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
    params = _params(draft) | {"opens_at": draft.opens_at, "reason": draft.void_reason} | more
    return Announcement(draft, what, message, params)


def _params(draft: Draft) -> dict[str, Any]:
    return {
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


def notify_of_missing_drivers(draft: Draft, *, now: datetime) -> None:
    """Tell the administrators that a draft opened with more slots than drivers; once for a race."""
    drivers, slots = free_entries(draft).count(), draft.slots.count()
    if drivers < slots:
        notify(
            users=User.objects.filter(is_superuser=True, is_active=True),
            message=DRIVERS_MISSING,
            key=f"drivers-missing:{draft.race_id}",
            params=_params(draft) | {"drivers": drivers, "slots": slots},
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
    params = _params(pick.draft) | {"driver": str(pick.entry.driver)}
    return NewNotification(user.pk, PICK_OUT, f"out:{pick.pk}:{now.isoformat()}", params)


def notify_nudged(*, draft: Draft, users: Sequence[User], by: User, now: datetime) -> None:
    """Tell players that the lobby of their league's first draft waits for them."""
    key = f"nudged:{draft.pk}:{now.isoformat()}"
    notify(users=users, message=NUDGED, key=key, params=_params_by(draft, by), now=now)


def notify_draft_started(*, draft: Draft, by: User, now: datetime) -> None:
    """Tell the other players that a manager has started their league's first draft."""
    users = [user for user in players_of({draft.league_id}).get(draft.league_id, ()) if user != by]
    notify(users=users, message=STARTED, key=f"started:{draft.pk}", params=_params_by(draft, by), now=now)


def _params_by(draft: Draft, by: User) -> dict[str, Any]:
    """The params with the name of a member. Administrators from outside the league stay unnamed."""
    return _params(draft) | {"by": by.shown_name if is_member(by, draft.league) else ""}
