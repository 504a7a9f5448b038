"""The REST API's door to seasons, races and drivers: everyone may look."""
