"""Shared code for every app: errors, clock, transactions, cache, tasks, API, live streams. It imports no app."""
