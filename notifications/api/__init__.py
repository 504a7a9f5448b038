"""REST API of notifications, their preferences, and the devices to which they are pushed."""
