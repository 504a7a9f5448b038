"""Django reads these by their names (settings.FORMAT_MODULE_PATH); what is not here is Django's own."""

DATETIME_FORMAT = "j M Y, H:i T"
TIME_FORMAT = "H:i"
