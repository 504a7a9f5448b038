"""The activity log of a league: one entry per change, written in the transaction of the change."""

from datetime import datetime
from typing import Any

from accounts.models import User

from .. import activity, activity_kinds
from ..activity import ActivityKind
from ..models import ActivityLogEntry, League, Membership
from ..selectors import is_member


def log_activity(
    league: League,
    kind: ActivityKind,
    *,
    now: datetime,
    by: User | None = None,
    member: User | None = None,
    **params: Any,
) -> ActivityLogEntry:
    """Append an entry. `by` is who did it, None if the site did; `member` is the person whom it concerns.

    Names of people are not among the `params`, so that they go with the account.
    """
    if not activity.is_registered(kind):
        raise LookupError(f"The activity {kind.name} is not registered, so nobody could read it.")
    is_by_administrator = by is not None and not is_member(by, league)
    return ActivityLogEntry.objects.create(
        league=league,
        kind=kind.name,
        params=params,
        by=by,
        is_by_administrator=is_by_administrator,
        member=member,
        happened_at=now,
    )


ROLE_KINDS = {
    Membership.Role.MANAGER: activity_kinds.BECAME_MANAGER,
    Membership.Role.CO_MANAGER: activity_kinds.BECAME_CO_MANAGER,
    Membership.Role.MEMBER: activity_kinds.BECAME_MEMBER,
}


def log_role_change(*, membership: Membership, was: str, by: User, now: datetime) -> None:
    """Log a member's new role. The outgoing manager's is part of the transfer and has no entry of its own."""
    if was != Membership.Role.MANAGER:
        kind = ROLE_KINDS[Membership.Role(membership.role)]
        log_activity(membership.league, kind, by=by, member=membership.user, now=now)


def log_league_change(*, league: League, by: User, changes: dict[str, tuple[Any, Any]], now: datetime) -> None:
    """Log changes of the league's properties: by field, the values before and after."""
    log_activity(league, activity_kinds.LEAGUE_CHANGED, by=by, now=now, changes=changes)
