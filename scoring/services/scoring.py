"""Scores the drafts of a race. Scores are always recomputed from results and rules, never added to."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import F, Q

from core.sse.pubsub import publish_on_commit
from core.transactions import atomic
from races.models import Race

from ..models import SheetLine
from ..rules import DID_NOT_TAKE_PART, InputVersion, needs_scoring
from ..signals import drafts_scored, scores_corrected
from . import bulk_sql
from .bulk_sql import DraftRow, DraftSheet, ScorableDraft, ScoringPolicy
from .score_sheets import DueSheet, breakdown_as_json, get_or_create_sheets
from .standings import rank_leagues
from .webhook_events import announce_scores

# Leagues per transaction. Readers and picks never wait for it: the draft rows it locks are over, and a pick locks only
# its own draft's row. Joining, leaving, renaming, changing rules, and opening or locking the league's next draft lock
# the league row and wait (tests/test_scoring_row_locks.py).
BATCH_SIZE = 10_000


def score_race(*, race: Race, now: datetime) -> int:
    """Score every draft of a race whose scores are outdated; returns how many. Zero while there are no results.

    The number of SQL statements does not grow with the number of leagues: each batch of 10,000 runs the same ones in
    one transaction. An interrupted run leaves whole leagues scored, and the catch-up task does the rest.
    """
    drafts = bulk_sql.scorable_drafts(race.pk)
    due = get_or_create_sheets(race=race, policies={draft.policy for draft in drafts}, now=now)
    outdated = [draft for draft in drafts if draft.policy in due and _is_behind(draft.scored_from, due[draft.policy])]
    return _score(outdated, due, now=now)


def _is_behind(scored_from: InputVersion | None, due: DueSheet) -> bool:
    return needs_scoring(scored_from, due.version, is_frozen=due.is_frozen)


def score_drafts(*, race: Race, drafts: Collection[int], now: datetime) -> int:
    """Rescore these drafts of a race, whatever they were scored from."""
    found = [draft for draft in bulk_sql.scorable_drafts(race.pk) if draft.draft in drafts]
    due = get_or_create_sheets(race=race, policies={draft.policy for draft in found}, now=now)
    return _score([draft for draft in found if draft.policy in due], due, now=now, force=True)


def _score(
    drafts: Sequence[ScorableDraft], due: Mapping[ScoringPolicy, DueSheet], *, now: datetime, force: bool = False
) -> int:
    batches = (drafts[start : start + BATCH_SIZE] for start in range(0, len(drafts), BATCH_SIZE))
    return sum(score_batch(batch, due, now=now, force=force) for batch in batches)


@atomic
def score_batch(
    drafts: Sequence[ScorableDraft], due: Mapping[ScoringPolicy, DueSheet], *, now: datetime, force: bool = False
) -> int:
    """Score these drafts and rank their leagues; returns how many were still outdated once their rows were locked."""
    bulk_sql.set_bulk_session_options()
    bulk_sql.lock_league_rows([draft.league for draft in drafts])
    rows = bulk_sql.lock_draft_rows([draft.draft for draft in drafts])
    outdated = [
        draft
        for draft in drafts
        if draft.draft in rows and (force or _is_behind(rows[draft.draft].scored_from, due[draft.policy]))
    ]
    if outdated:
        draft_sheets = [DraftSheet(draft.draft, due[draft.policy].sheet) for draft in outdated]
        _write(draft_sheets, [draft.league for draft in outdated], rows, now)
    return len(outdated)


def _have_replacements(sheets: Collection[int]) -> bool:
    replaced = (~Q(scorer=F("driver")) & ~Q(scorer=None)) | (~Q(sprint_scorer=F("driver")) & ~Q(sprint_scorer=None))
    return SheetLine.objects.filter(replaced, sheet__in=sheets).exists()


def _write(
    draft_sheets: Sequence[DraftSheet], leagues: Sequence[int], rows: Mapping[int, DraftRow], now: datetime
) -> None:
    drafts = [pair.draft for pair in draft_sheets]
    rescored = [draft for draft in drafts if rows[draft].scored_from is not None]
    if rescored:
        bulk_sql.snapshot_scores(rescored)
        bulk_sql.snapshot_picks(rescored)
    bulk_sql.record_sheets(draft_sheets, now)
    _write_races([pair for pair in draft_sheets if not rows[pair.draft].is_scored], overwrite=False)
    _write_races([pair for pair in draft_sheets if rows[pair.draft].is_scored], overwrite=True)
    numbered = bulk_sql.mark_scored(drafts)
    bulk_sql.insert_scored_events(drafts, now)
    rank_leagues(leagues=leagues)
    if rescored:
        bulk_sql.record_changes(now)
        bulk_sql.record_pick_changes()
        bulk_sql.drop_snapshots()
        scores_corrected.send(sender=Race)
    scored = [draft for draft in drafts if rows[draft].scored_from is None]
    announce_scores(leagues=leagues, scored=scored, rescored=rescored, now=now)
    if len(rescored) < len(drafts):
        drafts_scored.send(sender=Race)
    publish_on_commit("draft", numbered)


def _write_races(draft_sheets: Sequence[DraftSheet], *, overwrite: bool) -> None:
    """Write the scores of picks and constructors. With `overwrite`, update the rows that exist."""
    drafts = [pair.draft for pair in draft_sheets]
    if drafts:
        bulk_sql.score_picks(drafts, json.dumps(breakdown_as_json(DID_NOT_TAKE_PART)), overwrite=overwrite)
        if _have_replacements({pair.sheet for pair in draft_sheets}):
            bulk_sql.release_duplicate_holders(drafts)
        bulk_sql.score_constructors(drafts, overwrite=overwrite)
        if overwrite:
            bulk_sql.delete_scores_without_slot(drafts)
