"""Write services for seasons, line-ups, classifications, result checks and the quarantine."""

from .by_hand import accept_case, record_by_hand, release
from .calendar import record_season, set_race_state
from .checking import Checked, check_next
from .line_ups import fix_line_up, prepare_line_up, record_entries, save_entry
from .loading import load_pack, load_season_from
from .moves import forget_replacement, save_replacement
from .planning import ask_at_once, plan_all_checks, plan_checks
from .quarantine import dismiss
from .results import ImplausibleClassification, differences_to, record_classification
from .syncing import Outcome, Source, record_results, sync_results, sync_season

__all__ = [
    "Checked",
    "ImplausibleClassification",
    "Outcome",
    "Source",
    "accept_case",
    "ask_at_once",
    "check_next",
    "differences_to",
    "dismiss",
    "fix_line_up",
    "forget_replacement",
    "load_pack",
    "load_season_from",
    "plan_all_checks",
    "plan_checks",
    "prepare_line_up",
    "record_by_hand",
    "record_classification",
    "record_entries",
    "record_results",
    "record_season",
    "release",
    "save_entry",
    "save_replacement",
    "set_race_state",
    "sync_results",
    "sync_season",
]
