"""REST API of drafts."""
