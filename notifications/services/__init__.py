"""Services of notifications: notify users, keep their preferences, and send e-mail through the outbox."""

from .email_outbox import delete_old_emails, enqueue_email, send_due_emails
from .notifications import (
    NewNotification,
    delete_old_notifications,
    mark_all_read,
    mark_read,
    notify,
    notify_each,
    set_notification_preferences,
)

__all__ = [
    "NewNotification",
    "delete_old_emails",
    "delete_old_notifications",
    "enqueue_email",
    "mark_all_read",
    "mark_read",
    "notify",
    "notify_each",
    "send_due_emails",
    "set_notification_preferences",
]
