"""Facts of the accounts that others may hear. They are sent inside the transaction that makes them true."""

from django.dispatch import Signal

# letter_posted carries nothing more: a letter waits to be sent.
letter_posted = Signal()
# invitation_shown carries invitation: str, what somebody shows who wants to sign up where that takes an invitation.
# A receiver that knows it as one of its own answers True.
invitation_shown = Signal()
