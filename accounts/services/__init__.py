"""What people can do with their accounts. Every call refuses with a sentence."""

from .closing import shut_out
from .limits import forget_old_tries
from .notifications import (
    News,
    choose_news,
    forget_notifications,
    mark_all_read,
    mark_read,
    notify,
    notify_each,
)
from .passwords import change_password
from .profile import change_time_zone, set_quiet_hours
from .signing_up import sign_up
from .tokens import Tokens, forget_old_families, log_out, log_out_everywhere, open_tokens, renew_tokens

__all__ = [
    "News",
    "Tokens",
    "change_password",
    "change_time_zone",
    "choose_news",
    "forget_notifications",
    "forget_old_families",
    "forget_old_tries",
    "log_out",
    "log_out_everywhere",
    "mark_all_read",
    "mark_read",
    "notify",
    "notify_each",
    "open_tokens",
    "renew_tokens",
    "set_quiet_hours",
    "shut_out",
    "sign_up",
]
