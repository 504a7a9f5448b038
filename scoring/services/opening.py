"""Opening drafts needs what only scores know: the standings, and the ranking that autopicks follow."""

from collections.abc import Callable
from datetime import datetime
from itertools import islice

from drafts.models import Draft
from drafts.selectors import due_to_open
from drafts.services import open_draft
from fantasyf1.kit.portions import PORTION
from fantasyf1.kit.transactions import atomic
from leagues.models import League
from leagues.rules import RuleSet
from leagues.selectors import current_settings
from races.models import Race
from races.services import prepare_line_up

from ..selectors import default_ranking, standings

Ranking = list[tuple[int, str]]


def open_due_drafts(*, now: datetime, league: League | None = None) -> int:
    """Open the drafts whose time has come and whose race has a line-up, a portion at most; returns how many. Given a
    league, only its own.

    Leagues that draft for the same race by the same rules share one ranking.
    """
    known: dict[tuple[int, str], Ranking] = {}

    def ranking_of(race: Race, rule_set: RuleSet) -> Ranking:
        key = (race.pk, rule_set.key)
        if key not in known:
            known[key] = _fresh_ranking(race, rule_set, now)
        return known[key]

    # Those that still wait for a line-up do not count, or they would keep all others from opening.
    due = due_to_open(now) if league is None else due_to_open(now).filter(league=league)
    opened = (draft for draft in due if _open(draft, ranking_of, now))
    return sum(1 for _ in islice(opened, PORTION))


@atomic
def _fresh_ranking(race: Race, rule_set: RuleSet, now: datetime) -> Ranking:
    prepare_line_up(race=race, now=now)
    return default_ranking(race, rule_set)


def _open(draft: Draft, ranking_of: Callable[[Race, RuleSet], Ranking], now: datetime) -> bool:
    # The ranking has a transaction of its own: it locks the race, which comes before leagues and drafts.
    ranking = ranking_of(draft.race, current_settings(draft.league).rule_set)
    if not ranking:
        return False  # Nobody is entered yet: the draft waits for its line-up.
    opened = open_draft(draft=draft, standings=standings(draft.league), ranking=ranking, now=now)
    return opened.opened_at == now
