"""Overrides of Django's formats, which it reads by name (settings.FORMAT_MODULE_PATH)."""

DATETIME_FORMAT = "j. M Y, H:i T"
TIME_FORMAT = "H:i"
