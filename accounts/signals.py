"""Facts of the accounts that others may hear. They are sent inside the transaction that makes them true."""

from django.dispatch import Signal

# letter_posted carries nothing more: a letter waits to be sent.
letter_posted = Signal()
# invitation_shown carries invitation: str, what somebody shows who wants to sign up where that takes an invitation.
# A receiver that knows it as one of its own answers True.
invitation_shown = Signal()
# account_closing carries user: User, now: datetime. He is still there, and leaves what he is in.
account_closing = Signal()
# data_wanted carries user: User, who wants to have what is kept of him. A receiver answers with parts by their names.
data_wanted = Signal()
