"""Notifications to members about their role and their removal."""

from datetime import datetime

from accounts.models import User
from notifications.kinds import Message
from notifications.services import notify

from ..models import League, Membership
from ..notification_kinds import BECAME_CO_MANAGER, BECAME_MANAGER, BECAME_MEMBER, REMOVED
from ..selectors import is_member

Role = Membership.Role
MESSAGES = {Role.MANAGER: BECAME_MANAGER, Role.CO_MANAGER: BECAME_CO_MANAGER, Role.MEMBER: BECAME_MEMBER}


def notify_role_changed(*, membership: Membership, by: User, now: datetime) -> None:
    """Notify a member of a new role, unless they assigned it to themselves."""
    _notify(membership, by, "role", MESSAGES[Role(membership.role)], now)


def notify_member_removed(*, membership: Membership, by: User, now: datetime) -> None:
    """Notify a removed member."""
    _notify(membership, by, "removed", REMOVED, now)


def _notify(membership: Membership, by: User, what: str, message: Message, now: datetime) -> None:
    if membership.user is None or membership.user == by:
        return
    league = membership.league
    params = {"league_id": league.pk, "league": league.name, "by": _name(by, league)}
    key = f"{what}:{membership.pk}:{now.isoformat()}"
    notify(users=[membership.user], message=message, key=key, params=params, now=now)


def _name(by: User, league: League) -> str:
    """The name of a member. Administrators from outside the league stay unnamed."""
    return by.get_username() if is_member(by, league) else ""
