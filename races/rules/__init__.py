"""Rules of classifications: plausibility checks, wording, and when to poll for them. No Django, no clock."""

from .classifications import (
    NOT_CLASSIFIED,
    OFFICIAL_POINTS,
    differences,
    finish_text,
    is_truncated,
    problem_with_count,
    problem_with_places,
    problem_with_points,
    sorted_by_position,
)
from .poll_schedule import (
    END,
    IMMEDIATE,
    RESULTS,
    SPRINT,
    VERIFICATION_PERIOD,
    Stage,
    check_stages,
    failure_backoff,
    kinds_to_check,
    no_results_interval,
    stages_to_schedule,
)

__all__ = [
    "END",
    "IMMEDIATE",
    "NOT_CLASSIFIED",
    "OFFICIAL_POINTS",
    "RESULTS",
    "SPRINT",
    "VERIFICATION_PERIOD",
    "Stage",
    "check_stages",
    "differences",
    "failure_backoff",
    "finish_text",
    "is_truncated",
    "kinds_to_check",
    "no_results_interval",
    "problem_with_count",
    "problem_with_places",
    "problem_with_points",
    "sorted_by_position",
    "stages_to_schedule",
]
