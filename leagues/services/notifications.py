"""Notifications to members about their role and their removal."""

from datetime import datetime

from django.urls import reverse

from accounts.models import Notification, User
from accounts.services import notify

from ..models import League, Membership
from ..selectors import is_member

Role = Membership.Role
TITLES = {
    Role.MANAGER: "You manage “{league}” now",
    Role.CO_MANAGER: "You are a co-manager of “{league}” now",
    Role.MEMBER: "You are no longer a co-manager of “{league}”",
}
BODIES = {
    Role.MANAGER: "{by} handed the management on to you: the rules, the roles and the desk of the draft are yours.",
    Role.CO_MANAGER: "{by} gave you the role. You can change the rules and use the desk of the draft.",
    Role.MEMBER: "{by} took the role back. You play on as before.",
}


def notify_role_changed(*, membership: Membership, by: User, now: datetime) -> None:
    """Notify a member of a new role, unless they assigned it to themselves."""
    words = {"league": membership.league.name, "by": _name(by, membership.league)}
    title, body = (texts[Role(membership.role)].format(**words) for texts in (TITLES, BODIES))
    _notify(membership, by, "role", title, body, reverse("leagues:members", args=[membership.league_id]), now)


def notify_member_removed(*, membership: Membership, by: User, now: datetime) -> None:
    """Notify a removed member. The link does not lead to the league, which they can no longer see."""
    league = membership.league
    body = f"{_name(by, league)} took you out of the league. Your picks and points stay in its history."
    _notify(membership, by, "removed", f"You are no longer in “{league.name}”", body, reverse("pages:my_leagues"), now)


def _notify(membership: Membership, by: User, what: str, title: str, body: str, url: str, now: datetime) -> None:
    if membership.user is None or membership.user == by:
        return
    key = f"{what}:{membership.pk}:{now.isoformat()}"
    kind = Notification.Kind.LEAGUE_CHANGED
    notify(users=[membership.user], kind=kind, key=key, title=title, body=body, url=url, now=now)


def _name(by: User, league: League) -> str:
    return by.get_username() if is_member(by, league) else "An administrator"
