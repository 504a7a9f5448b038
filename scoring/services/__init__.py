"""Services of scoring: score races, rank leagues, verify scores, notify of corrections, open drafts."""

from .changes import tell_of_changes
from .demonstration import feed_demonstrations, make_demonstration
from .opening import open_due_drafts
from .prerendering import prerender
from .scoring import score_race
from .sweep import score_what_is_behind
from .table import rank_league, rank_leagues, rank_leagues_of
from .verifying import repair_scores, verify_nightly, verify_scores

__all__ = [
    "feed_demonstrations",
    "make_demonstration",
    "open_due_drafts",
    "prerender",
    "rank_league",
    "rank_leagues",
    "rank_leagues_of",
    "repair_scores",
    "score_race",
    "score_what_is_behind",
    "tell_of_changes",
    "verify_nightly",
    "verify_scores",
]
