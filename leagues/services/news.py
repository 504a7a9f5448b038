"""What members are told of a league: what became of their own part in it."""

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


def tell_of_role(*, membership: Membership, by: User, now: datetime) -> None:
    """Tell a member of his new role, unless he gave it to himself."""
    words = {"league": membership.league.name, "by": _name(by, membership.league)}
    title, body = (texts[Role(membership.role)].format(**words) for texts in (TITLES, BODIES))
    _tell(membership, by, "role", title, body, reverse("leagues:members", args=[membership.league_id]), now)


def tell_of_removal(*, membership: Membership, by: User, now: datetime) -> None:
    """Tell somebody that he is out; what he can no longer see, no link leads to."""
    league = membership.league
    body = f"{_name(by, league)} took you out of the league. Your picks and points stay in its history."
    _tell(membership, by, "removed", f"You are no longer in “{league.name}”", body, reverse("scoring:mine"), now)


def _tell(membership: Membership, by: User, what: str, title: str, body: str, url: str, now: datetime) -> None:
    if membership.user is None or membership.user == by:
        return
    key = f"{what}:{membership.pk}:{now.isoformat()}"
    kind = Notification.Kind.LEAGUE_CHANGED
    notify(users=[membership.user], kind=kind, key=key, title=title, body=body, url=url, now=now)


def _name(by: User, league: League) -> str:
    return by.get_username() if is_member(by, league) else "An administrator"
