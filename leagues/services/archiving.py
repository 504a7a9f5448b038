"""Archive a league: it stays readable, but nothing new starts in it."""

from datetime import datetime

from accounts.models import User
from core.errors import NotAllowed, Refused
from core.transactions import atomic

from ..models import Invitation, League
from ..selectors import can_transfer_management
from .membership import lock_league


@atomic
def archive_league(*, league: League, by: User, now: datetime) -> League:
    """Archive the league: no further draft opens and nobody can join. An open draft is completed."""
    league = lock_league(league)
    if not can_transfer_management(by, league):
        raise NotAllowed("Only the league's manager archives it.")
    if league.archived_at is not None:
        raise Refused("This league is archived already.", code="archived")
    league.archived_at = now
    league.save(update_fields=["archived_at"])
    Invitation.objects.pending().filter(league=league).update(state=Invitation.State.CANCELLED, answered_at=now)
    return league
