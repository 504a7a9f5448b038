"""Notifications to members about their role and their removal."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from accounts.models import User
from notifications.kinds import Message
from notifications.services import notify

from ..models import League, Membership, Webhook
from ..notification_kinds import (
    BANNED,
    BANNED_WITH_REASON,
    BECAME_CO_MANAGER,
    BECAME_MANAGER,
    BECAME_MEMBER,
    LEAGUE_DELETED,
    LOST_TO_ABSENCE,
    REMOVED,
    REMOVED_WITH_REASON,
    TOOK_OVER,
    WEBHOOK_DISABLED,
)
from ..selectors import ABSENCE, active_members, is_member

Role = Membership.Role
MESSAGES = {Role.MANAGER: BECAME_MANAGER, Role.CO_MANAGER: BECAME_CO_MANAGER, Role.MEMBER: BECAME_MEMBER}
# By whether the member is banned, and whether there is a reason.
REMOVAL_MESSAGES = {
    (False, False): REMOVED,
    (False, True): REMOVED_WITH_REASON,
    (True, False): BANNED,
    (True, True): BANNED_WITH_REASON,
}


def notify_role_changed(*, membership: Membership, by: User, now: datetime) -> None:
    """Notify a member of a new role, unless they assigned it to themselves."""
    _notify(membership, by, "role", MESSAGES[Role(membership.role)], now)


def notify_member_removed(*, membership: Membership, by: User, reason: str, is_banned: bool, now: datetime) -> None:
    """Notify a removed member, with the reason if there is one."""
    message = REMOVAL_MESSAGES[is_banned, bool(reason)]
    _notify(membership, by, "removed", message, now, reason=reason)


def notify_manager_replaced(*, outgoing: User, successor: User, league: League, now: datetime) -> None:
    """Notify the manager who was absent, and the new one."""
    params = {"league_id": league.pk, "league": league.name, "days": ABSENCE.days}
    key = f"replaced:{league.pk}:{now.isoformat()}"
    notify(users=[successor], message=TOOK_OVER, key=key, params=params, now=now)
    notify(users=[outgoing], message=LOST_TO_ABSENCE, key=key, params=params, now=now)


def notify_league_deleted(*, league: League, members: Collection[User], by: User, now: datetime) -> None:
    """Notify everyone in the league but the person who deletes it. Called while the league exists."""
    others = [member for member in members if member != by]
    params = {"league": league.name, "by": _name(by, league)}
    notify(users=others, message=LEAGUE_DELETED, key=f"deleted:{league.pk}", params=params, now=now)


def notify_webhook_disabled(*, webhook: Webhook, reason: str, now: datetime) -> None:
    """Notify the league's managers that the site turned a webhook off."""
    managers = active_members(webhook.league).exclude(role=Role.MEMBER).exclude(user=None)
    params = {
        "league_id": webhook.league_id,
        "league": webhook.league.name,
        "webhook_id": webhook.pk,
        "webhook": webhook.name,
        "why": str(reason),
    }
    users = [membership.user for membership in managers if membership.user]
    key = f"webhook:{webhook.pk}:{now.isoformat()}"
    notify(users=users, message=WEBHOOK_DISABLED, key=key, params=params, now=now)


def _notify(membership: Membership, by: User, what: str, message: Message, now: datetime, **more: Any) -> None:
    if membership.user is None or membership.user == by:
        return
    league = membership.league
    params = {"league_id": league.pk, "league": league.name, "by": _name(by, league), **more}
    key = f"{what}:{membership.pk}:{now.isoformat()}"
    notify(users=[membership.user], message=message, key=key, params=params, now=now)


def _name(by: User, league: League) -> str:
    """The name of a member. Administrators from outside the league stay unnamed."""
    return by.shown_name if is_member(by, league) else ""
