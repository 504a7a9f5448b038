"""What people can do with their accounts. Every call refuses with a sentence."""

from .notifications import News, notify, notify_each
from .profile import change_time_zone, set_quiet_hours
from .signing_up import sign_up

__all__ = [
    "News",
    "change_time_zone",
    "notify",
    "notify_each",
    "set_quiet_hours",
    "sign_up",
]
