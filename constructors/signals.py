"""Facts of the constructors that others may hear. They are sent inside the transaction that makes them true."""

from django.dispatch import Signal

# constructor_created carries constructor: Constructor, now: datetime.
constructor_created = Signal()
# constructor_renamed carries constructor: Constructor.
constructor_renamed = Signal()
# constructor_left carries constructor: Constructor, now: datetime.
constructor_left = Signal()
