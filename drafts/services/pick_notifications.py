"""Notifications about picks that somebody else made for a player: the server, a manager or a deputy.

The functions return notifications, as those of `turn_notifications`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import User
from constructors.models import Constructor
from notifications.kinds import Message
from notifications.services import NewNotification

from ..models import Draft, Pick, Slot
from ..notification_kinds import (
    DEPUTY_PICKED,
    MANAGER_PICKED,
    MANAGER_SUBSTITUTED,
    MANAGER_UNDID,
    SERVER_PICKED,
    TURN_PASSED,
)
from .notifications import params_by, params_of, player_of

PICKED_MESSAGES = {Pick.Source.MANAGER: MANAGER_PICKED, Pick.Source.DEPUTY: DEPUTY_PICKED}


def autopicked(draft: Draft, pick: Pick, *, is_lock: bool = False) -> list[NewNotification]:
    """For the player: the server picked a driver for them, and why."""
    constructor = pick.slot.constructor
    reason = "autodraft" if constructor.autodraft != Constructor.Autodraft.OFF else "time"
    params = {"driver": str(pick.entry.driver), "source": pick.source, "reason": "lock" if is_lock else reason}
    owner = player_of(constructor)
    return [] if owner is None else [_notification(owner, SERVER_PICKED, draft, params_of(draft) | params)]


def turn_passed(draft: Draft, slot: Slot) -> list[NewNotification]:
    """For the player: their time ran out, and they can still pick."""
    owner = player_of(slot.constructor)
    params = params_of(draft) | {"constructor_id": slot.constructor_id, "round": slot.round}
    key = f"passed:{draft.pk}:{draft.last_seq}"
    return [] if owner is None else [NewNotification(owner, TURN_PASSED, key, params, expires_at=draft.locks_at)]


def picked_for(draft: Draft, pick: Pick, by: User | None) -> list[NewNotification]:
    """For the player, if a manager or the deputy made or changed the pick."""
    message = PICKED_MESSAGES.get(Pick.Source(pick.source))
    owner = player_of(pick.slot.constructor)
    if message is None or by is None or owner in (None, by.pk):
        return []
    return [_notification(owner, message, draft, params_by(draft, by) | {"driver": str(pick.entry.driver)})]


def substituted_for(draft: Draft, pick: Pick, *, out: str, by: User | None) -> list[NewNotification]:
    """For the player, if a manager chose a driver instead of one who is `out`."""
    owner = player_of(pick.slot.constructor)
    if pick.source != Pick.Source.MANAGER or by is None or owner in (None, by.pk):
        return []
    params = params_by(draft, by) | {"driver": str(pick.entry.driver), "out": out}
    return [_notification(owner, MANAGER_SUBSTITUTED, draft, params)]


def picks_undone(draft: Draft, picks: Sequence[Pick], by: User) -> list[NewNotification]:
    """For the players whose picks a manager undid, except the manager: one notification each."""
    drivers: dict[int, list[str]] = defaultdict(list)
    for pick in picks:
        owner = player_of(pick.slot.constructor)
        if owner is not None and owner != by.pk:
            drivers[owner].append(str(pick.entry.driver))
    params = params_by(draft, by) if drivers else {}
    return [
        _notification(owner, MANAGER_UNDID, draft, params | {"drivers": ", ".join(names)})
        for owner, names in drivers.items()
    ]


def _notification(user: int, message: Message, draft: Draft, params: Mapping[str, Any]) -> NewNotification:
    # The number of the draft's last event, which is the pick, names the event.
    return NewNotification(user, message, f"{message.name}:{draft.pk}:{draft.last_seq}", params)
