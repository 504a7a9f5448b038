"""Signals sent by scoring."""

from django.dispatch import Signal

# leagues_scored: leagues: Sequence[int]. Their score versions have been incremented. Sent after the commit, so a crash
# may lose it: receivers must be best effort.
leagues_scored = Signal()
# drafts_scored: no arguments. Drafts were scored for the first time. Sent inside the transaction.
drafts_scored = Signal()
# scores_corrected: no arguments. Drafts that had been scored were rescored. Sent inside the transaction.
scores_corrected = Signal()
