"""REST API of seasons, races and drivers, readable by everyone."""
