"""The REST API's door to scores."""
