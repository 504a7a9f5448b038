"""Scoring: always from results and rules anew, never by adding to what was there."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import F

from fantasyf1.kit.live.wake import announce_all
from fantasyf1.kit.transactions import atomic
from races.models import Race

from ..models import SheetLine
from ..reckoning import breakdown_of
from ..rules import NO_PART, Version, is_behind
from ..signals import scores_corrected
from . import statements
from .sheets import Due, due_sheets
from .statements import Candidate, Chosen, HeldDraft, Policy
from .table import rank_leagues

# How many leagues one transaction scores. Nobody who reads waits for it, nor who picks: the drafts that it holds are
# over, and a pick takes the row of its own draft alone. Who joins, leaves or renames, sets rules, or opens or locks the
# league's next draft takes the league, and waits (tests/test_scoring_waits.py).
BATCH = 10_000


def score_race(*, race: Race, now: datetime) -> int:
    """Score every draft of a race that is behind what counts for it; returns how many. Without results: none.

    The number of statements does not depend on that of the leagues: there are the same for every 10,000 of them, in one
    transaction. A run that is cut short leaves whole leagues, and the sweep the rest.
    """
    found = statements.candidates(race.pk)
    due = due_sheets(race=race, policies={one.policy for one in found}, now=now)
    behind = [one for one in found if one.policy in due and _is_behind(one.done, due[one.policy])]
    return _score(behind, due, now=now)


def _is_behind(done: Version | None, due: Due) -> bool:
    return is_behind(done, due.version, is_frozen=due.is_frozen)


def score_drafts(*, race: Race, drafts: Collection[int], now: datetime) -> int:
    """Score these drafts of a race anew, whatever they were scored from."""
    found = [one for one in statements.candidates(race.pk) if one.draft in drafts]
    due = due_sheets(race=race, policies={one.policy for one in found}, now=now)
    return _score([one for one in found if one.policy in due], due, now=now, whatever=True)


def _score(drafts: Sequence[Candidate], due: Mapping[Policy, Due], *, now: datetime, whatever: bool = False) -> int:
    batches = (drafts[start : start + BATCH] for start in range(0, len(drafts), BATCH))
    return sum(score_batch(batch, due, now=now, whatever=whatever) for batch in batches)


@atomic
def score_batch(
    drafts: Sequence[Candidate], due: Mapping[Policy, Due], *, now: datetime, whatever: bool = False
) -> int:
    """Score these drafts and their leagues' seasons; returns how many were still behind once they were held."""
    statements.prepare()
    statements.hold_leagues([one.league for one in drafts])
    held = statements.hold_drafts([one.draft for one in drafts])
    left = [
        one for one in drafts if one.draft in held and (whatever or _is_behind(held[one.draft].done, due[one.policy]))
    ]
    if left:
        chosen = [Chosen(one.draft, due[one.policy].sheet) for one in left]
        _write(chosen, [one.league for one in left], held, now)
    return len(left)


def _have_substitutes(sheets: Collection[int]) -> bool:
    return SheetLine.objects.filter(sheet__in=sheets).exclude(scorer=None).exclude(scorer=F("driver")).exists()


def _write(chosen: Sequence[Chosen], leagues: Sequence[int], held: Mapping[int, HeldDraft], now: datetime) -> None:
    again = [one.draft for one in chosen if held[one.draft].done is not None]
    if again:
        statements.remember_scores(again)
    statements.note_sheets(chosen, now)
    _write_races([one for one in chosen if not held[one.draft].is_scored], again=False)
    _write_races([one for one in chosen if held[one.draft].is_scored], again=True)
    numbered = statements.mark_scored([one.draft for one in chosen])
    statements.log_scored([one.draft for one in chosen], now)
    rank_leagues(leagues=leagues)
    if again:
        statements.note_changes(now)
        statements.forget_scores()
        scores_corrected.send(sender=Race)
    announce_all("draft", numbered)


def _write_races(chosen: Sequence[Chosen], *, again: bool) -> None:
    """Write the scores of picks and constructors, over those that are there already where they are made `again`."""
    drafts = [one.draft for one in chosen]
    if drafts:
        statements.score_picks(drafts, json.dumps(breakdown_of(NO_PART)), again=again)
        if _have_substitutes({one.sheet for one in chosen}):
            statements.take_back_twice_held(drafts)
        statements.score_constructors(drafts, again=again)
        if again:
            statements.drop_strangers(drafts)
