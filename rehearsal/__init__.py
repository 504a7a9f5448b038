"""Rehearsal of a production installation: `script/rehearse` provokes faults while two clients draft.

docs/testing.md describes it.
"""
