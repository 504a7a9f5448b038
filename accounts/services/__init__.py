"""What people can do with their accounts. Every call refuses with a sentence."""

from .addresses import change_email, confirm_email
from .browsers import end_app, end_browser, forget_old_sessions, note_browser
from .closing import delete_account, shut_out
from .feeds import calendar_reader, calendar_token
from .invitations import invite
from .letters import forget_letters, send_letters
from .limits import forget_old_tries
from .notifications import News, choose_news, forget_notifications, mark_all_read, mark_read, notify, notify_each
from .passwords import ask_for_reset, change_password, reset_password, user_of_reset
from .profile import change_profile, change_time_zone, set_quiet_hours
from .second_factor import CodeNeeded, prepare_factor, turn_off_factor, turn_on_factor
from .signing_up import sign_up
from .tokens import Tokens, forget_old_families, log_out, log_out_everywhere, open_tokens, renew_tokens

__all__ = [
    "CodeNeeded",
    "News",
    "Tokens",
    "ask_for_reset",
    "calendar_reader",
    "calendar_token",
    "change_email",
    "change_password",
    "change_profile",
    "change_time_zone",
    "choose_news",
    "confirm_email",
    "delete_account",
    "end_app",
    "end_browser",
    "forget_letters",
    "forget_notifications",
    "forget_old_families",
    "forget_old_sessions",
    "forget_old_tries",
    "invite",
    "log_out",
    "log_out_everywhere",
    "mark_all_read",
    "mark_read",
    "note_browser",
    "notify",
    "notify_each",
    "open_tokens",
    "prepare_factor",
    "renew_tokens",
    "reset_password",
    "send_letters",
    "set_quiet_hours",
    "shut_out",
    "sign_up",
    "turn_off_factor",
    "turn_on_factor",
    "user_of_reset",
]
