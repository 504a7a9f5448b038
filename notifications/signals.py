"""Signals of notifications. They are sent inside the transaction of the change that they announce."""

from django.dispatch import Signal

# notifications_created has no arguments: notifications wait to be dispatched.
notifications_created = Signal()
# email_enqueued has no arguments: an e-mail was added to the outbox.
email_enqueued = Signal()
# email_sent sends kind: str, params: dict, now: datetime, once an e-mail was handed to the mail server.
email_sent = Signal()
