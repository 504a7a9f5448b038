"""Pages of a draft: room, order, commissioner tools, substitution, wish list, spectators, calendar."""
