"""Admin of races: seasons, races, entries and replacements; results, their checks and the quarantine."""

from . import races, results

__all__ = ["races", "results"]
