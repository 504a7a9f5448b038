"""Screenshots of every page: `script/screenshots`, which docs/testing.md describes."""
