"""Season standings: recomputed in full from race scores. Every write increments the league's score version."""

from collections.abc import Sequence
from functools import partial

from django.db import transaction

from accounts.models import User
from constructors.models import Constructor
from core.cache import tags
from core.transactions import atomic
from leagues.cache_tags import league_tag
from leagues.models import League

from ..models import ScoreVersion
from ..signals import leagues_scored
from . import bulk_sql


def rank_league(*, league: League) -> None:
    """Rank everyone who plays or has played in the league, and increment its score version."""
    rank_leagues(leagues=[league.pk])


def rank_leagues_of_user(*, user: User) -> None:
    """Rank every league whose standings show the user's name, including leagues the user has left."""
    ids = Constructor.objects.filter(owner=user).order_by("league").values_list("league", flat=True).distinct()
    if leagues := list(ids):
        rank_leagues(leagues=leagues)


@atomic
def rank_leagues(*, leagues: Sequence[int]) -> None:
    """Rank many leagues with the same number of SQL statements as for one."""
    bulk_sql.lock_league_rows(leagues)
    bulk_sql.remove_former_members(leagues)
    bulk_sql.rank_seasons(leagues)
    bulk_sql.increment_versions(leagues)
    tags.invalidate(*map(league_tag, leagues))
    transaction.on_commit(partial(leagues_scored.send, sender=ScoreVersion, leagues=leagues))
