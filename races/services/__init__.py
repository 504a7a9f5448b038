"""Write services for seasons, line-ups, classifications, result checks and the quarantine."""

from .calendar import record_season, set_race_state
from .import_fixtures import load_pack
from .line_ups import (
    delete_replacement,
    freeze_line_up,
    prepare_line_up,
    record_entries,
    save_entry,
    save_replacement,
)
from .manual_results import accept_case, record_manual_classification, release_manual_classification
from .poll_schedule import schedule_all_checks, schedule_checks, schedule_immediate_check
from .polling import PollReport, poll_next_race
from .quarantine import dismiss_case
from .results import ImplausibleClassification, differences_to, record_classification
from .retention import delete_old_result_checks, delete_quarantine_payloads
from .seasons import get_or_create_season, open_current_season
from .sync import Source, SyncOutcome, fetch_classifications, load_season, record_results, sync_results, sync_season

__all__ = [
    "ImplausibleClassification",
    "PollReport",
    "Source",
    "SyncOutcome",
    "accept_case",
    "delete_old_result_checks",
    "delete_quarantine_payloads",
    "delete_replacement",
    "differences_to",
    "dismiss_case",
    "fetch_classifications",
    "freeze_line_up",
    "get_or_create_season",
    "load_pack",
    "load_season",
    "open_current_season",
    "poll_next_race",
    "prepare_line_up",
    "record_classification",
    "record_entries",
    "record_manual_classification",
    "record_results",
    "record_season",
    "release_manual_classification",
    "save_entry",
    "save_replacement",
    "schedule_all_checks",
    "schedule_checks",
    "schedule_immediate_check",
    "set_race_state",
    "sync_results",
    "sync_season",
]
