"""Services of accounts. They raise `Refused`, or its subclasses, with a sentence for the user."""

from .addresses import ask_to_confirm, note_confirmed, note_given, note_removed
from .browsers import end_app, end_browser, forget_old_sessions, note_browser
from .closing import delete_account, shut_out
from .feeds import calendar_reader, calendar_token
from .invitations import admit, invite
from .letters import forget_letters, send_letters
from .letters import post as post_letter
from .limits import forget_old_tries
from .notifications import News, choose_news, forget_notifications, mark_all_read, mark_read, notify, notify_each
from .passwords import NOT_YOURS, check_own_password, set_password
from .profile import change_profile, change_time_zone, set_quiet_hours
from .second_factor import CodeNeeded, use_code
from .tokens import Tokens, forget_old_families, log_out, log_out_everywhere, open_tokens, renew_tokens

__all__ = [
    "NOT_YOURS",
    "CodeNeeded",
    "News",
    "Tokens",
    "admit",
    "ask_to_confirm",
    "calendar_reader",
    "calendar_token",
    "change_profile",
    "change_time_zone",
    "check_own_password",
    "choose_news",
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
    "note_confirmed",
    "note_given",
    "note_removed",
    "notify",
    "notify_each",
    "open_tokens",
    "post_letter",
    "renew_tokens",
    "send_letters",
    "set_password",
    "set_quiet_hours",
    "shut_out",
    "use_code",
]
