"""Services of notifications: notify users, deliver by every channel, choose channels, send e-mail by the outbox."""

from .bulk import Query, notify_by_query
from .delivery import DISPATCH_BATCH_SIZE, delete_old_deliveries, dispatch_notifications, preview, send_due_deliveries
from .email_outbox import delete_old_emails, enqueue_email, send_due_emails
from .notifications import (
    NewNotification,
    delete_notification,
    delete_old_notifications,
    mark_all_read,
    mark_read,
    mark_unread,
    mark_unread_again,
    notify,
    notify_each,
    set_notification_preferences,
)
from .outbox import retry_parked
from .push_subscriptions import (
    remove_push_of_session,
    remove_push_subscription,
    remove_push_subscriptions,
    send_test_push,
    subscribe_to_push,
)

__all__ = [
    "DISPATCH_BATCH_SIZE",
    "NewNotification",
    "Query",
    "delete_notification",
    "delete_old_deliveries",
    "delete_old_emails",
    "delete_old_notifications",
    "dispatch_notifications",
    "enqueue_email",
    "mark_all_read",
    "mark_read",
    "mark_unread",
    "mark_unread_again",
    "notify",
    "notify_by_query",
    "notify_each",
    "preview",
    "remove_push_of_session",
    "remove_push_subscription",
    "remove_push_subscriptions",
    "retry_parked",
    "send_due_deliveries",
    "send_due_emails",
    "send_test_push",
    "set_notification_preferences",
    "subscribe_to_push",
]
