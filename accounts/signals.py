"""Signals of accounts. They are sent inside the transaction of the change that they announce."""

from django.dispatch import Signal

# invitation_shown sends invitation: str, the code given by somebody who signs up where that takes an invitation.
# A receiver returns True if it recognizes the code as one of its own.
invitation_shown = Signal()
# user_deactivated sends user: User, now: datetime, after the user's sessions and tokens have ended.
user_deactivated = Signal()
# user_deleted sends user: User, now: datetime, before the row is deleted. Receivers remove the user from their data.
user_deleted = Signal()
# user_renamed sends user: User, whose display name or user name has changed. Receivers raise `Refused` to reject it.
user_renamed = Signal()
# export_requested sends user: User, for the export of their data. A receiver returns a dict of parts by name.
export_requested = Signal()
