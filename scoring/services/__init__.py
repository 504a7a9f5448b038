"""What scoring does: open drafts with the standings' order, score races, keep the tables."""

from .demonstration import feed_demonstrations, make_demonstration
from .opening import open_due_drafts
from .scoring import score_race
from .sweep import score_what_is_behind
from .table import rank_league, rank_leagues

__all__ = [
    "feed_demonstrations",
    "make_demonstration",
    "open_due_drafts",
    "rank_league",
    "rank_leagues",
    "score_race",
    "score_what_is_behind",
]
