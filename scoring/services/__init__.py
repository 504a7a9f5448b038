"""Services of scoring: score races, rank leagues, verify scores, notify of corrections."""

from .catch_up import catch_up_scores
from .correction_notifications import notify_of_corrections
from .demonstration import make_demonstration, record_demonstration_results
from .prerendering import prerender
from .scoring import score_race
from .standings import rank_league, rank_leagues, rank_leagues_of_user
from .verification import repair_scores, verify_nightly, verify_scores

__all__ = [
    "catch_up_scores",
    "make_demonstration",
    "notify_of_corrections",
    "prerender",
    "rank_league",
    "rank_leagues",
    "rank_leagues_of_user",
    "record_demonstration_results",
    "repair_scores",
    "score_race",
    "verify_nightly",
    "verify_scores",
]
