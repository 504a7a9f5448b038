"""Services of accounts. They raise `Refused`, or its subclasses, with a sentence for the user."""

from .account_deletion import deactivate, delete_account
from .api_tokens import (
    Tokens,
    delete_expired_token_families,
    issue_tokens,
    log_out,
    log_out_elsewhere,
    log_out_everywhere,
    refresh_tokens,
    revoke_app,
)
from .browser_sessions import (
    delete_expired_sessions,
    end_browser_session,
    record_browser_session,
    record_sign_in,
)
from .calendar_tokens import calendar_token, user_for_calendar_token
from .devices import device_cookie, known_device
from .email_addresses import (
    add_email_address_of_new_user,
    check_can_confirm_email,
    clear_email_of_user,
    copy_confirmed_email_to_user,
    send_confirmation,
    sync_email_addresses_from_user,
)
from .email_changes import change_to_undo, delete_old_email_changes, undo_email_change
from .invitations import check_registration, invite
from .mfa import (
    MfaCodeRequired,
    begin_mfa_set_up,
    check_mfa_is_on,
    encrypt_mfa_secrets_again,
    replace_recovery_codes,
    turn_off_mfa,
    turn_on_mfa,
    verify_mfa_code,
)
from .passwords import WRONG_PASSWORD, check_own_password, set_password
from .profile import (
    USERNAME_TAKEN,
    change_appearance,
    change_display_name,
    change_language,
    change_mark,
    change_profile,
    change_time_zone,
    change_username,
    check_username,
    cleaned_bio,
    record_seen,
    set_pick_links,
    set_quiet_hours,
)
from .reset_links import issue_reset_link, request_reset_link
from .security_notifications import notify_authenticator_added, notify_authenticator_removed

__all__ = [
    "USERNAME_TAKEN",
    "WRONG_PASSWORD",
    "MfaCodeRequired",
    "Tokens",
    "add_email_address_of_new_user",
    "begin_mfa_set_up",
    "calendar_token",
    "change_appearance",
    "change_display_name",
    "change_language",
    "change_mark",
    "change_profile",
    "change_time_zone",
    "change_to_undo",
    "change_username",
    "check_can_confirm_email",
    "check_mfa_is_on",
    "check_own_password",
    "check_registration",
    "check_username",
    "cleaned_bio",
    "clear_email_of_user",
    "copy_confirmed_email_to_user",
    "deactivate",
    "delete_account",
    "delete_expired_sessions",
    "delete_expired_token_families",
    "delete_old_email_changes",
    "device_cookie",
    "encrypt_mfa_secrets_again",
    "end_browser_session",
    "invite",
    "issue_reset_link",
    "issue_tokens",
    "known_device",
    "log_out",
    "log_out_elsewhere",
    "log_out_everywhere",
    "notify_authenticator_added",
    "notify_authenticator_removed",
    "record_browser_session",
    "record_seen",
    "record_sign_in",
    "refresh_tokens",
    "replace_recovery_codes",
    "request_reset_link",
    "revoke_app",
    "send_confirmation",
    "set_password",
    "set_pick_links",
    "set_quiet_hours",
    "sync_email_addresses_from_user",
    "turn_off_mfa",
    "turn_on_mfa",
    "undo_email_change",
    "user_for_calendar_token",
    "verify_mfa_code",
]
