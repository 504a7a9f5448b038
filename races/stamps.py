"""Cache tag for responses that depend on results (`fantasyf1.kit.stamps`)."""

# Invalidated by every classification and every change of a season: rare enough for a single tag.
RESULTS = "results"
