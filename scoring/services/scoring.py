"""Scoring: always from results and rules anew, never by adding to what was there."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from fantasyf1.kit.live.wake import announce_all
from races.models import Race

from ..reckoning import breakdown_of
from ..rules import NO_PART, Version, is_behind
from ..signals import scores_corrected
from . import statements
from .sheets import Due, due_sheets
from .statements import Candidate, Chosen, Policy
from .table import rank_leagues

# How many leagues one transaction scores: it holds them as long as that takes, which others who need them wait out.
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


@transaction.atomic
def score_batch(
    drafts: Sequence[Candidate], due: Mapping[Policy, Due], *, now: datetime, whatever: bool = False
) -> int:
    """Score these drafts and their leagues' seasons; returns how many were still behind once they were held."""
    statements.hold_leagues([one.league for one in drafts])
    done = statements.hold_drafts([one.draft for one in drafts])
    left = [one for one in drafts if one.draft in done and (whatever or _is_behind(done[one.draft], due[one.policy]))]
    if left:
        again = [one.draft for one in left if done[one.draft] is not None]
        _write([Chosen(one.draft, due[one.policy].sheet) for one in left], [one.league for one in left], again, now)
    return len(left)


def _write(chosen: Sequence[Chosen], leagues: Sequence[int], again: Sequence[int], now: datetime) -> None:
    drafts = [one.draft for one in chosen]
    if again:
        statements.remember_scores(again)
    statements.note_sheets(chosen, now)
    statements.score_picks(drafts, json.dumps(breakdown_of(NO_PART)))
    statements.score_constructors(drafts)
    if again:
        statements.drop_strangers(again)
    numbered = statements.mark_scored(drafts)
    statements.log_scored(drafts, now)
    rank_leagues(leagues=leagues)
    if again:
        statements.note_changes(now)
        statements.forget_scores()
        scores_corrected.send(sender=Race)
    announce_all("draft", numbered)
