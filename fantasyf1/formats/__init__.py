"""How moments are written where no template says it, as in the admin: by the 24-hour clock and with their zone."""
