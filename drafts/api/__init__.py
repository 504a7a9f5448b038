"""The REST API's door to drafts."""
