"""Notifications about turns: whose turn it is, who is next, when half of the time is over, when a draft is complete.

The functions return notifications, so that a service creates all that it has to say with one call of `notify_each`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from accounts.models import User
from constructors.models import Constructor
from leagues.models import SettingsVersion
from notifications.kinds import Message
from notifications.services import NewNotification

from ..models import Draft, Slot
from ..notification_kinds import (
    COMPLETED,
    DEPUTY_HALF_OVER,
    DEPUTY_TURN_BEGAN,
    HALF_OVER,
    LOCKS_SOON,
    NEXT_UP,
    RESUMED,
    RESUMED_ON_YOUR_TURN,
    TURN_BEGAN,
)
from ..selectors import drivers_of, free_entries
from .notifications import other_players, params_by, params_of, player_of

Params = dict[str, Any]


def turn_moved(
    draft: Draft,
    unfilled: Sequence[Slot],
    *,
    free: int | None = None,
    by: int | None = None,
    tell_next: bool = True,
) -> list[NewNotification]:
    """What to say after the turn has moved on: whose turn it is and who is next, or that the draft is complete.

    `unfilled` holds the slots without a pick in slot order, with constructors and owners; `free` is the number of
    drivers to pick from, which is counted if it is needed and None. `by` is the id of the user who made the last pick,
    who knows that the draft is complete. Without `tell_next`, the next player hears of their place in another way.
    """
    if draft.state == Draft.State.COMPLETE:
        return list(_completed(draft, by))
    waiting = [slot for slot in unfilled if slot.passed_at is None]
    if draft.state != Draft.State.OPEN or not waiting or not waiting[0].constructor.picks_by_hand:
        return []
    slot, others = waiting[0], waiting[1:]
    news = _turn_began(draft, slot, free_entries(draft).count() if free is None else free)
    if others and tell_next:
        news += _next_up(draft, slot, others[0].constructor)
    return news


def _turn_began(draft: Draft, slot: Slot, free: int) -> list[NewNotification]:
    params = turn_params(draft, slot) | {"free": free}
    return _for_player_and_deputy(draft, slot, "turn", TURN_BEGAN, DEPUTY_TURN_BEGAN, params)


def half_over(draft: Draft, slot: Slot) -> list[NewNotification]:
    """For the player on the clock and the deputy: half of the time is over."""
    return _for_player_and_deputy(draft, slot, "half", HALF_OVER, DEPUTY_HALF_OVER, turn_params(draft, slot))


def _for_player_and_deputy(
    draft: Draft, slot: Slot, what: str, message: Message, deputy_message: Message, params: Params
) -> list[NewNotification]:
    # The key contains when the turn began: after an undo, the same slot is on the clock again.
    began_at = draft.turn_began_at.isoformat() if draft.turn_began_at else ""
    key = f"{what}:{slot.pk}:{began_at}"
    told = ((player_of(slot.constructor), message), (slot.constructor.deputy_id, deputy_message))
    return [
        NewNotification(user, text, key, params, expires_at=params["ends_at"])
        for user, text in told
        if user is not None
    ]


def _next_up(draft: Draft, slot: Slot, upcoming: Constructor) -> list[NewNotification]:
    """For the player after `slot`, unless they have just been told that it is their turn, or the server picks."""
    told = (slot.constructor.owner_id, slot.constructor.deputy_id)
    owner = player_of(upcoming)
    if owner is None or owner in told or not upcoming.picks_by_hand:
        return []
    params = params_of(draft) | {
        "constructor": slot.constructor.name,
        "ends_at": _ends_at(draft),
        "waits_for_id": slot.constructor_id,
        "waits_for_round": slot.round,
    }
    began_at = draft.turn_began_at.isoformat() if draft.turn_began_at else ""
    return [NewNotification(owner, NEXT_UP, f"next:{slot.pk}:{began_at}", params, expires_at=params["ends_at"])]


def _completed(draft: Draft, by: int | None) -> Iterator[NewNotification]:
    drivers = drivers_of(draft.pk)
    for constructor in Constructor.objects.filter(pk__in=drivers):
        owner = player_of(constructor)
        if owner not in (None, by):
            params = {"constructor_id": constructor.pk, "drivers": drivers[constructor.pk]}
            key = f"complete:{draft.pk}:{draft.last_seq}"
            yield NewNotification(owner, COMPLETED, key, params_of(draft) | params)


def resumed(draft: Draft, slot: Slot | None, by: User) -> list[NewNotification]:
    """For the other players, after a manager has resumed the draft: whose turn it is, and until when it is theirs."""
    params = params_by(draft, by) | {"constructor": slot.constructor.name if slot else ""}
    own = params | turn_params(draft, slot) if slot else params
    on_turn = player_of(slot.constructor) if slot and slot.constructor.picks_by_hand else None
    key = f"resumed:{draft.pk}:{draft.last_seq}"
    return [
        NewNotification(user.pk, RESUMED_ON_YOUR_TURN, key, own, expires_at=own["ends_at"])
        if user.pk == on_turn
        else NewNotification(user.pk, RESUMED, key, params, expires_at=draft.locks_at)
        for user in other_players(draft, by)
    ]


def locks_soon(draft: Draft, slot: Slot) -> list[NewNotification]:
    """For the player whose pick in this slot is missing, and the draft locks soon."""
    owner = player_of(slot.constructor)
    if owner is None:
        return []
    params = turn_params(draft, slot)
    return [NewNotification(owner, LOCKS_SOON, f"locks-soon:{draft.pk}", params, expires_at=draft.locks_at)]


def turn_params(draft: Draft, slot: Slot) -> Params:
    """What messages about the turn of a slot say, and need to find out whether it is over."""
    settings = draft.settings
    assert settings is not None, "an open draft has its settings"
    return params_of(draft) | {
        "constructor_id": slot.constructor_id,
        "constructor": slot.constructor.name,
        "slot_id": slot.pk,
        "slot": slot.number,
        "round": slot.round,
        "ends_at": _ends_at(draft),
        "has_clock": settings.clock != SettingsVersion.Clock.NONE,
        "autopicks": settings.autopicks,
    }


def _ends_at(draft: Draft) -> datetime:
    """When the running turn ends: without a clock at the lock."""
    return draft.turn_ends_at or draft.locks_at
