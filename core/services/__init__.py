"""Services with tables of their own: idempotency keys of the API, and rate limits."""
