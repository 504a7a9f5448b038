"""What people can do with their accounts. Every call refuses with a sentence."""

from .profile import change_time_zone, set_quiet_hours
from .signing_up import sign_up

__all__ = [
    "change_time_zone",
    "set_quiet_hours",
    "sign_up",
]
