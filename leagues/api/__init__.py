"""The REST API's door to leagues."""
