"""Default formats of datetimes, as in the admin: with a 24-hour clock and the time zone."""
