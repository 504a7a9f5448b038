"""Services with tables of their own: idempotency keys of the API, rate limits, and failed tasks."""
