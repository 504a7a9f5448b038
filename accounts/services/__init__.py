"""Services of accounts. They raise `Refused`, or its subclasses, with a sentence for the user."""

from .account_deletion import deactivate, delete_account
from .api_tokens import (
    Tokens,
    delete_expired_token_families,
    issue_tokens,
    log_out,
    log_out_everywhere,
    refresh_tokens,
    revoke_app,
)
from .browser_sessions import delete_expired_sessions, end_browser_session, record_browser_session
from .calendar_tokens import calendar_token, user_for_calendar_token
from .email_addresses import (
    clear_email_of_user,
    copy_confirmed_email_to_user,
    send_confirmation,
    sync_email_addresses_from_user,
)
from .email_outbox import delete_old_emails, send_due_emails
from .email_outbox import enqueue_email as enqueue_email
from .invitations import check_registration, invite
from .mfa import MfaCodeRequired, verify_mfa_code
from .notifications import (
    NewNotification,
    delete_old_notifications,
    mark_all_read,
    mark_read,
    notify,
    notify_each,
    set_notification_preferences,
)
from .passwords import WRONG_PASSWORD, check_own_password, set_password
from .profile import change_profile, change_time_zone, set_quiet_hours

__all__ = [
    "WRONG_PASSWORD",
    "MfaCodeRequired",
    "NewNotification",
    "Tokens",
    "calendar_token",
    "change_profile",
    "change_time_zone",
    "check_own_password",
    "check_registration",
    "clear_email_of_user",
    "copy_confirmed_email_to_user",
    "deactivate",
    "delete_account",
    "delete_expired_sessions",
    "delete_expired_token_families",
    "delete_old_emails",
    "delete_old_notifications",
    "end_browser_session",
    "enqueue_email",
    "invite",
    "issue_tokens",
    "log_out",
    "log_out_everywhere",
    "mark_all_read",
    "mark_read",
    "notify",
    "notify_each",
    "record_browser_session",
    "refresh_tokens",
    "revoke_app",
    "send_confirmation",
    "send_due_emails",
    "set_notification_preferences",
    "set_password",
    "set_quiet_hours",
    "sync_email_addresses_from_user",
    "user_for_calendar_token",
    "verify_mfa_code",
]
