"""The scoring rules: points for a finish, replacement drivers, which results count, and standings with tie-breaks.

Pure functions on plain values: drivers, teams and constructors are integer ids, points are Decimals.
"""

from races.rules import Outcome, Seat

from .examples import ExampleFacts, SeasonRace, example_facts, scoring_examples
from .points import DID_NOT_TAKE_PART, BreakdownLine, Score, driver_score, inverted_points, ordinal, weekend_scores
from .practice_results import PracticeResult, ScoredPick, Step, Swap
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
    shared_ranks,
)
from .versions import CorrectionPolicy, InputVersion, Revision, Revisions, effective_revision, needs_scoring

__all__ = [
    "DID_NOT_TAKE_PART",
    "BreakdownLine",
    "CarResult",
    "CorrectionPolicy",
    "DriverPoints",
    "ExampleFacts",
    "Finish",
    "HeldDriver",
    "InputVersion",
    "Outcome",
    "PracticeResult",
    "RaceInputs",
    "RaceStanding",
    "Replacements",
    "ResultRevision",
    "Revision",
    "Revisions",
    "Score",
    "ScoredPick",
    "SeasonRace",
    "SeasonTotals",
    "Seat",
    "SessionResult",
    "Step",
    "Swap",
    "draft_scores",
    "driver_ranking",
    "driver_score",
    "effective_revision",
    "example_facts",
    "find_replacements",
    "inverted_points",
    "is_classified",
    "needs_scoring",
    "ordinal",
    "outcome",
    "points_by_driver",
    "race_standings",
    "rank_race",
    "rank_season",
    "score_sheet",
    "scoring_examples",
    "season_standings",
    "shared_ranks",
    "took_part",
    "weekend_scores",
]
