"""The scoring rules: points for a finish, replacement drivers, which results count, and standings with tie-breaks.

Pure functions on plain values: drivers, teams and constructors are integer ids, points are Decimals.
"""

from races.rules import Outcome, Seat

from .examples import ExampleFacts, SeasonRace, example_facts, scoring_examples
from .labels import shown_label
from .points import (
    DID_NOT_TAKE_PART,
    BreakdownLine,
    Score,
    driver_score,
    inverted_points,
    points_of_place,
    weekend_scores,
)
from .practice_results import PracticeResult, ScoredPick, Step, Swap
from .progress import (
    Criterion,
    PickRecord,
    SeasonPlace,
    TieBreak,
    hits_and_misses,
    season_progress,
    tie_break,
)
from .replacements import find_replacements
from .results import CarResult, Finish, is_classified, outcome, took_part
from .sheets import (
    DriverPoints,
    RaceInputs,
    Replacements,
    ResultRevision,
    SessionResult,
    draft_scores,
    points_by_driver,
    score_sheet,
)
from .standings import (
    HeldDriver,
    RaceStanding,
    SeasonTotals,
    driver_ranking,
    race_standings,
    rank_race,
    rank_season,
    season_standings,
    season_totals,
    shared_ranks,
)
from .versions import CorrectionPolicy, InputVersion, Revision, Revisions, effective_revision, needs_scoring

__all__ = [
    "DID_NOT_TAKE_PART",
    "BreakdownLine",
    "CarResult",
    "CorrectionPolicy",
    "Criterion",
    "DriverPoints",
    "ExampleFacts",
    "Finish",
    "HeldDriver",
    "InputVersion",
    "Outcome",
    "PickRecord",
    "PracticeResult",
    "RaceInputs",
    "RaceStanding",
    "Replacements",
    "ResultRevision",
    "Revision",
    "Revisions",
    "Score",
    "ScoredPick",
    "SeasonPlace",
    "SeasonRace",
    "SeasonTotals",
    "Seat",
    "SessionResult",
    "Step",
    "Swap",
    "TieBreak",
    "draft_scores",
    "driver_ranking",
    "driver_score",
    "effective_revision",
    "example_facts",
    "find_replacements",
    "hits_and_misses",
    "inverted_points",
    "is_classified",
    "needs_scoring",
    "outcome",
    "points_by_driver",
    "points_of_place",
    "race_standings",
    "rank_race",
    "rank_season",
    "score_sheet",
    "scoring_examples",
    "season_progress",
    "season_standings",
    "season_totals",
    "shared_ranks",
    "shown_label",
    "tie_break",
    "took_part",
    "weekend_scores",
]
