"""Signals of the races app. They are sent inside the transaction that makes the change."""

from django.dispatch import Signal

# classification_recorded(race: Race, classification: Classification): a new revision now counts.
classification_recorded = Signal()
# race_changed(race: Race, now: datetime): the timetable changed, or the race was cancelled, postponed or reinstated.
race_changed = Signal()
# replacements_changed(race: Race, now: datetime): an administrator set, changed or deleted a replacement. The race's
# `replacements_version` is already incremented.
replacements_changed = Signal()
# drivers_entered(race: Race, now: datetime): a driver was entered after the drafts of the race had opened. The race row
# is locked.
drivers_entered = Signal()
# drivers_withdrawn(race: Race, entries: Collection[int], now: datetime): ids of entries that were just withdrawn
# before the race. The race row is locked.
drivers_withdrawn = Signal()
