"""Writes of seasons, line-ups and classifications, whatever the source."""

from .calendar import record_season, set_race_state
from .line_ups import fix_line_up, prepare_line_up, record_entries
from .loading import load_pack, load_season_from
from .results import ImplausibleClassification, record_classification
from .syncing import Outcome, Source, record_results, sync_results, sync_season, sync_waiting_results

__all__ = [
    "ImplausibleClassification",
    "Outcome",
    "Source",
    "fix_line_up",
    "load_pack",
    "load_season_from",
    "prepare_line_up",
    "record_classification",
    "record_entries",
    "record_results",
    "record_season",
    "set_race_state",
    "sync_results",
    "sync_season",
    "sync_waiting_results",
]
