"""The REST API's door to constructors."""
