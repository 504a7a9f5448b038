"""How fast notifications leave the site."""

from fantasyf1.settings.env import positive, read

# By each channel (notifications.tasks).
NOTIFICATIONS_PER_SECOND = read("int", "NOTIFICATIONS_PER_SECOND", 20, validate=positive)
