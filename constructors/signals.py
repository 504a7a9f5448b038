"""Signals of the constructors app. They are sent inside the transaction that makes the change."""

from django.dispatch import Signal

# constructor_created(constructor: Constructor, now: datetime)
constructor_created = Signal()
# constructor_renamed(constructor: Constructor)
constructor_renamed = Signal()
# constructor_left(constructor: Constructor, now: datetime): its player left the league, or a bot gave its place away.
constructor_left = Signal()
