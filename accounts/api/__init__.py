"""The REST API's door to accounts."""
