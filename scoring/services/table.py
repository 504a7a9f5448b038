"""Season standings: recomputed in full from race scores. Every write increments the league's score version."""

from collections.abc import Sequence
from functools import partial

from django.db import transaction

from accounts.models import User
from constructors.models import Constructor
from fantasyf1.kit import stamps
from fantasyf1.kit.transactions import atomic
from leagues.models import League
from leagues.stamps import of_league

from ..models import LeagueTable
from ..signals import leagues_scored
from . import statements


def rank_league(*, league: League) -> None:
    """Rank everyone who plays or has played in the league, and increment its score version."""
    rank_leagues(leagues=[league.pk])


def rank_leagues_of(*, user: User) -> None:
    """Rank every league whose standings show the user's name, including leagues the user has left."""
    ids = Constructor.objects.filter(owner=user).order_by("league").values_list("league", flat=True).distinct()
    if leagues := list(ids):
        rank_leagues(leagues=leagues)


@atomic
def rank_leagues(*, leagues: Sequence[int]) -> None:
    """Rank many leagues with the same number of SQL statements as for one."""
    statements.hold_leagues(leagues)
    statements.drop_leavers(leagues)
    statements.rank_seasons(leagues)
    statements.raise_versions(leagues)
    stamps.change(*map(of_league, leagues))
    transaction.on_commit(partial(leagues_scored.send, sender=LeagueTable, leagues=leagues))
