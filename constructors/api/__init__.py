"""REST API of constructors."""
