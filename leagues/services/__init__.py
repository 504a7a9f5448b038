"""Write services of leagues. Each call is one transaction; refusals are raised as `Refused` with a sentence."""

from .activity_log import log_activity, log_league_change, log_role_change
from .blocks import block_address, block_league, block_sender, unblock, unblock_address
from .contact_limits import count_contact
from .hand_over import replace_absent_manager
from .invitations import (
    accept_invitation,
    cancel_invitation,
    decline_invitation,
    expire_invitations,
    invite,
    mark_email_sent,
    remind_invited,
)
from .lifecycle import archive_league, create_league, delete_league, unarchive_league
from .membership import (
    check_not_archived,
    join_by_code,
    join_league,
    leave_all_leagues,
    leave_league,
    lift_ban,
    lock_league,
    remove_member,
    rename_member,
    set_role,
    transfer_management,
)
from .notifications import notify_member_removed, notify_role_changed
from .seasons import continue_league
from .settings import change_league, change_settings, plan_first_draft, preview_settings
from .webhook_delivery import (
    delete_old_webhook_deliveries,
    disable_webhooks_of,
    send_due_webhooks,
    send_due_webhooks_in_batches,
    send_webhook_test,
)
from .webhooks import (
    MAX_WEBHOOKS,
    Fact,
    add_webhook,
    announce,
    announce_member,
    change_webhook,
    encrypt_webhook_secrets_again,
    remove_webhook,
    rotate_webhook_secret,
    turn_webhook_on_or_off,
)

__all__ = [
    "MAX_WEBHOOKS",
    "Fact",
    "accept_invitation",
    "add_webhook",
    "announce",
    "announce_member",
    "archive_league",
    "block_address",
    "block_league",
    "block_sender",
    "cancel_invitation",
    "change_league",
    "change_settings",
    "change_webhook",
    "check_not_archived",
    "continue_league",
    "count_contact",
    "create_league",
    "decline_invitation",
    "delete_league",
    "delete_old_webhook_deliveries",
    "disable_webhooks_of",
    "encrypt_webhook_secrets_again",
    "expire_invitations",
    "invite",
    "join_by_code",
    "join_league",
    "leave_all_leagues",
    "leave_league",
    "lift_ban",
    "lock_league",
    "log_activity",
    "log_league_change",
    "log_role_change",
    "mark_email_sent",
    "notify_member_removed",
    "notify_role_changed",
    "plan_first_draft",
    "preview_settings",
    "remind_invited",
    "remove_member",
    "remove_webhook",
    "rename_member",
    "replace_absent_manager",
    "rotate_webhook_secret",
    "send_due_webhooks",
    "send_due_webhooks_in_batches",
    "send_webhook_test",
    "set_role",
    "transfer_management",
    "turn_webhook_on_or_off",
    "unarchive_league",
    "unblock",
    "unblock_address",
]
