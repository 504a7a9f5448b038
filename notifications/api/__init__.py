"""REST API of notifications and their preferences."""
