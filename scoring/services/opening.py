"""Opens due drafts. It is in scoring because it needs the standings and the driver ranking that autopicks follow."""

from collections.abc import Callable
from datetime import datetime
from itertools import islice

from core.tasks.batching import BATCH_SIZE
from core.transactions import atomic
from drafts.models import Draft
from drafts.selectors import due_to_open
from drafts.services import open_draft
from leagues.models import League
from leagues.rules import RuleSet
from leagues.selectors import current_settings
from races.models import Race
from races.services import prepare_line_up

from ..selectors import default_ranking, standings_order

Ranking = list[tuple[int, str]]


def open_due_drafts(*, now: datetime, league: League | None = None) -> int:
    """Open at most one batch of due drafts whose race has a line-up; returns how many. With `league`, only its drafts.

    Leagues that draft for the same race by the same rules share one ranking.
    """
    rankings: dict[tuple[int, str], Ranking] = {}

    def ranking_of(race: Race, rule_set: RuleSet) -> Ranking:
        key = (race.pk, rule_set.key)
        if key not in rankings:
            rankings[key] = _compute_ranking(race, rule_set, now)
        return rankings[key]

    # Drafts that still wait for a line-up do not count toward the batch, or they would starve the others.
    due = due_to_open(now) if league is None else due_to_open(now).filter(league=league)
    opened = (draft for draft in due if _open(draft, ranking_of, now))
    return sum(1 for _ in islice(opened, BATCH_SIZE))


@atomic
def _compute_ranking(race: Race, rule_set: RuleSet, now: datetime) -> Ranking:
    prepare_line_up(race=race, now=now)
    return default_ranking(race, rule_set)


def _open(draft: Draft, ranking_of: Callable[[Race, RuleSet], Ranking], now: datetime) -> bool:
    # The ranking runs in its own transaction: it locks the race row, which must be locked before leagues and drafts.
    ranking = ranking_of(draft.race, current_settings(draft.league).rule_set)
    if not ranking:
        return False  # No entries yet: the draft waits for its line-up.
    opened = open_draft(draft=draft, standings=standings_order(draft.league), ranking=ranking, now=now)
    return opened.opened_at == now
