"""Rules of classifications: plausibility checks, wording, and when to poll for them. No Django, no clock."""

from .circuit_outlines import CircuitOutline, circuit_outline
from .circuit_zones import circuit_zone
from .classifications import (
    NOT_CLASSIFIED,
    OFFICIAL_POINTS,
    differences,
    finish_code,
    finish_mark,
    finish_text,
    is_truncated,
    problem_with_count,
    problem_with_places,
    problem_with_points,
    sorted_by_position,
)
from .line_ups import SEATS_PER_TEAM, Seat, kept_seats
from .months import Week, months_between
from .outcomes import Outcome, outcome_of
from .poll_schedule import (
    END,
    FINAL_AFTER,
    IMMEDIATE,
    NO_RESULTS_INTERVAL,
    RESULTS,
    SPRINT,
    VERIFICATION_PERIOD,
    Stage,
    check_stages,
    failure_backoff,
    kinds_to_check,
    stages_to_schedule,
)
from .race_names import race_code
from .statuses import shown_status
from .stored_texts import shown_difference, shown_reason
from .team_standings import TeamResult, TeamStanding, team_standings
from .teams import team_code

__all__ = [
    "END",
    "FINAL_AFTER",
    "IMMEDIATE",
    "NOT_CLASSIFIED",
    "NO_RESULTS_INTERVAL",
    "OFFICIAL_POINTS",
    "RESULTS",
    "SEATS_PER_TEAM",
    "SPRINT",
    "VERIFICATION_PERIOD",
    "CircuitOutline",
    "Outcome",
    "Seat",
    "Stage",
    "TeamResult",
    "TeamStanding",
    "Week",
    "check_stages",
    "circuit_outline",
    "circuit_zone",
    "differences",
    "failure_backoff",
    "finish_code",
    "finish_mark",
    "finish_text",
    "is_truncated",
    "kept_seats",
    "kinds_to_check",
    "months_between",
    "outcome_of",
    "problem_with_count",
    "problem_with_places",
    "problem_with_points",
    "race_code",
    "shown_difference",
    "shown_reason",
    "shown_status",
    "sorted_by_position",
    "stages_to_schedule",
    "team_code",
    "team_standings",
]
