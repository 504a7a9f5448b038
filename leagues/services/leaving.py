"""Somebody closes his account: he leaves all of his leagues, and none of them is left without a manager."""

from datetime import datetime

from django.db.models import Case, Value, When

from accounts.models import User
from fantasyf1.kit.transactions import atomic

from ..models import Membership
from .membership import leave_league, transfer_management


@atomic
def leave_all_leagues(*, user: User, now: datetime) -> None:
    """Leave every league, one after the other by their ids; whatever the user manages is handed on first.

    It goes to the co-manager who has been there longest, else to such a member. A league without another is archived.
    """
    for membership in Membership.objects.active().filter(user=user).select_related("league").order_by("league_id"):
        heir = _heir(membership)
        if membership.role == Membership.Role.MANAGER and heir is not None:
            transfer_management(league=membership.league, by=user, to=heir)
        leave_league(user=user, league=membership.league, now=now)


def _heir(membership: Membership) -> User | None:
    others = Membership.objects.active().filter(league=membership.league_id, user__is_active=True)
    co_managers_first = Case(When(role=Membership.Role.CO_MANAGER, then=Value(0)), default=Value(1))
    first = (
        others.exclude(pk=membership.pk).select_related("user").order_by(co_managers_first, "joined_at", "pk").first()
    )
    return first.user if first else None
