"""The end of a league: it stays to be looked at, and nothing new begins in it."""

from datetime import datetime

from accounts.models import User
from fantasyf1.kit.errors import NotAllowed, Refused
from fantasyf1.kit.transactions import atomic

from ..models import Invitation, League
from ..selectors import can_hand_over
from .membership import locked


@atomic
def archive_league(*, league: League, by: User, now: datetime) -> League:
    """Close the league: no further draft opens and nobody joins. A draft that is open is drafted to its end."""
    league = locked(league)
    if not can_hand_over(by, league):
        raise NotAllowed("Only the league's manager archives it.")
    if league.archived_at is not None:
        raise Refused("This league is archived already.", code="archived")
    league.archived_at = now
    league.save(update_fields=["archived_at"])
    Invitation.objects.pending().filter(league=league).update(state=Invitation.State.CANCELLED, answered_at=now)
    return league
