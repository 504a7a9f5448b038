"""Hand a league over when its manager has not been seen for a long time and a draft waits for them."""

from datetime import datetime

from core.transactions import atomic

from .. import activity_kinds
from ..models import League, Membership
from ..selectors import ABSENCE, absent_managers, seen_since
from .activity_log import log_activity
from .membership import lock_league, successor_of
from .notifications import notify_manager_replaced


@atomic
def replace_absent_manager(*, league: League, now: datetime) -> bool:
    """Make the longest-serving co-manager the manager, or else the longest-serving member. The old one co-manages.

    Returns False if the manager has been seen meanwhile, or if everybody else is absent too.
    """
    league = lock_league(league)
    outgoing = absent_managers(now).filter(league=league).first()
    successor = successor_of(outgoing, among=seen_since(now - ABSENCE)) if outgoing else None
    if outgoing is None or successor is None:
        return False
    memberships = Membership.objects.active().filter(league=league)
    # Demote the old manager first: the constraint one_manager_per_league allows one at a time.
    for membership, role in (
        (outgoing, Membership.Role.CO_MANAGER),
        (memberships.get(user=successor), Membership.Role.MANAGER),
    ):
        membership.role = role
        membership.save(update_fields=["role"])
    log_activity(league, activity_kinds.MANAGER_REPLACED, member=successor, now=now, days=ABSENCE.days)
    if outgoing.user is not None:
        notify_manager_replaced(outgoing=outgoing.user, successor=successor, league=league, now=now)
    return True
