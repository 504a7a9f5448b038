"""Leave all leagues when an account is deleted, so that no league is left without a manager."""

from datetime import datetime

from django.db.models import Case, Value, When

from accounts.models import User
from core.transactions import atomic

from ..models import Membership
from .membership import leave_league, transfer_management


@atomic
def leave_all_leagues(*, user: User, now: datetime) -> None:
    """Leave every league, in order of their ids. Leagues that the user manages are transferred first.

    The new manager is the co-manager who joined first, else the member who joined first. A league without other
    members is archived.
    """
    for membership in Membership.objects.active().filter(user=user).select_related("league").order_by("league_id"):
        successor = _successor(membership)
        if membership.role == Membership.Role.MANAGER and successor is not None:
            transfer_management(league=membership.league, by=user, to=successor)
        leave_league(user=user, league=membership.league, now=now)


def _successor(membership: Membership) -> User | None:
    others = Membership.objects.active().filter(league=membership.league_id, user__is_active=True)
    co_managers_first = Case(When(role=Membership.Role.CO_MANAGER, then=Value(0)), default=Value(1))
    first = (
        others.exclude(pk=membership.pk).select_related("user").order_by(co_managers_first, "joined_at", "pk").first()
    )
    return first.user if first else None
