"""Facts of the scores that others may hear."""

from django.dispatch import Signal

# leagues_scored carries leagues: Sequence[int]: the versions of their scores have been raised. It is sent after the
# commit, so that whoever hears it may lose it.
leagues_scored = Signal()
# scores_corrected carries nothing: drafts that had been scored have been scored anew. It is sent in the transaction.
scores_corrected = Signal()
