"""Services of scoring: score races, rank leagues, verify scores, notify of results and corrections."""

from .catch_up import catch_up_scores
from .correction_notifications import notify_of_corrections
from .demonstration import make_demonstration, record_demonstration_results
from .prerendering import prerender
from .result_notifications import notify_of_scores, notify_of_season_ends
from .scoring import score_race
from .standings import rank_league, rank_leagues, rank_leagues_of_user
from .verification import repair_scores, verify_nightly, verify_scores

__all__ = [
    "catch_up_scores",
    "make_demonstration",
    "notify_of_corrections",
    "notify_of_scores",
    "notify_of_season_ends",
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
