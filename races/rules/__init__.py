"""Rules of classifications: plausibility checks, wording, and when to poll for them. No Django, no clock."""

from .checks import (
    AT_ONCE,
    END,
    LOOKED_AT_FOR,
    RESULTS,
    SPRINT,
    Stage,
    kinds_of,
    pause_after_failure,
    pause_without_results,
    stages_to_plan,
    timetable,
)
from .classifications import (
    NOT_CLASSIFIED,
    OFFICIAL_POINTS,
    by_place,
    differences,
    finish_text,
    is_cut_off,
    problem_with_count,
    problem_with_places,
    problem_with_points,
)

__all__ = [
    "AT_ONCE",
    "END",
    "LOOKED_AT_FOR",
    "NOT_CLASSIFIED",
    "OFFICIAL_POINTS",
    "RESULTS",
    "SPRINT",
    "Stage",
    "by_place",
    "differences",
    "finish_text",
    "is_cut_off",
    "kinds_of",
    "pause_after_failure",
    "pause_without_results",
    "problem_with_count",
    "problem_with_places",
    "problem_with_points",
    "stages_to_plan",
    "timetable",
]
