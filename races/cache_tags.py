"""Cache tag for responses that depend on results (`core.cache.tags`)."""

# Invalidated by every classification and every change of a season: rare enough for a single tag.
RESULTS_TAG = "results"
