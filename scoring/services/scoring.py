"""Scores the drafts of a race. Scores are always recomputed from results and rules, never added to."""

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

# Leagues per transaction. Readers and picks never wait for it: the draft rows it locks are over, and a pick locks only
# its own draft's row. Joining, leaving, renaming, changing rules, and opening or locking the league's next draft lock
# the league row and wait (tests/test_scoring_waits.py).
BATCH = 10_000


def score_race(*, race: Race, now: datetime) -> int:
    """Score every draft of a race whose scores are outdated; returns how many. Zero while there are no results.

    The number of SQL statements does not grow with the number of leagues: each batch of 10,000 runs the same ones in
    one transaction. An interrupted run leaves whole leagues scored, and the catch-up task does the rest.
    """
    drafts = statements.candidates(race.pk)
    due = due_sheets(race=race, policies={draft.policy for draft in drafts}, now=now)
    outdated = [draft for draft in drafts if draft.policy in due and _is_behind(draft.done, due[draft.policy])]
    return _score(outdated, due, now=now)


def _is_behind(done: Version | None, due: Due) -> bool:
    return is_behind(done, due.version, is_frozen=due.is_frozen)


def score_drafts(*, race: Race, drafts: Collection[int], now: datetime) -> int:
    """Rescore these drafts of a race, whatever they were scored from."""
    found = [draft for draft in statements.candidates(race.pk) if draft.draft in drafts]
    due = due_sheets(race=race, policies={draft.policy for draft in found}, now=now)
    return _score([draft for draft in found if draft.policy in due], due, now=now, whatever=True)


def _score(drafts: Sequence[Candidate], due: Mapping[Policy, Due], *, now: datetime, whatever: bool = False) -> int:
    batches = (drafts[start : start + BATCH] for start in range(0, len(drafts), BATCH))
    return sum(score_batch(batch, due, now=now, whatever=whatever) for batch in batches)


@atomic
def score_batch(
    drafts: Sequence[Candidate], due: Mapping[Policy, Due], *, now: datetime, whatever: bool = False
) -> int:
    """Score these drafts and rank their leagues; returns how many were still outdated once their rows were locked."""
    statements.prepare()
    statements.hold_leagues([draft.league for draft in drafts])
    rows = statements.hold_drafts([draft.draft for draft in drafts])
    outdated = [
        draft
        for draft in drafts
        if draft.draft in rows and (whatever or _is_behind(rows[draft.draft].done, due[draft.policy]))
    ]
    if outdated:
        draft_sheets = [Chosen(draft.draft, due[draft.policy].sheet) for draft in outdated]
        _write(draft_sheets, [draft.league for draft in outdated], rows, now)
    return len(outdated)


def _have_substitutes(sheets: Collection[int]) -> bool:
    return SheetLine.objects.filter(sheet__in=sheets).exclude(scorer=None).exclude(scorer=F("driver")).exists()


def _write(
    draft_sheets: Sequence[Chosen], leagues: Sequence[int], rows: Mapping[int, HeldDraft], now: datetime
) -> None:
    drafts = [pair.draft for pair in draft_sheets]
    rescored = [draft for draft in drafts if rows[draft].done is not None]
    if rescored:
        statements.remember_scores(rescored)
    statements.note_sheets(draft_sheets, now)
    _write_races([pair for pair in draft_sheets if not rows[pair.draft].is_scored], again=False)
    _write_races([pair for pair in draft_sheets if rows[pair.draft].is_scored], again=True)
    numbered = statements.mark_scored(drafts)
    statements.log_scored(drafts, now)
    rank_leagues(leagues=leagues)
    if rescored:
        statements.note_changes(now)
        statements.forget_scores()
        scores_corrected.send(sender=Race)
    announce_all("draft", numbered)


def _write_races(draft_sheets: Sequence[Chosen], *, again: bool) -> None:
    """Write the scores of picks and constructors. With `again`, update the rows that exist."""
    drafts = [pair.draft for pair in draft_sheets]
    if drafts:
        statements.score_picks(drafts, json.dumps(breakdown_of(NO_PART)), again=again)
        if _have_substitutes({pair.sheet for pair in draft_sheets}):
            statements.take_back_twice_held(drafts)
        statements.score_constructors(drafts, again=again)
        if again:
            statements.drop_strangers(drafts)
