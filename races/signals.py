"""Facts of the races that others may hear. They are sent inside the transaction that makes them true."""

from django.dispatch import Signal

# classification_recorded carries race: Race, classification: Classification: a new revision counts from now on.
classification_recorded = Signal()
# race_changed carries race: Race, now: datetime: its timetable moved, or it was cancelled, postponed or reinstated.
race_changed = Signal()
# moves_changed carries race: Race, now: datetime: an administrator said who replaced whom, or took it back. The race's
# `moves_version` has been raised.
moves_changed = Signal()
# drivers_withdrawn carries race: Race, entries: Collection[int], now: datetime: the ids of entries that will not take
# part any more, as is known since this moment and before the race. The race is held.
drivers_withdrawn = Signal()
