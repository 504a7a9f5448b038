"""Facts of the leagues that others may hear. They are sent inside the transaction that makes them true."""

from django.dispatch import Signal

# league_created carries league: League, now: datetime.
league_created = Signal()
# member_joined carries membership: Membership, constructor_name: str, is_bot: bool, now: datetime.
member_joined = Signal()
# member_left carries membership: Membership, now: datetime.
member_left = Signal()
# member_removed carries membership: Membership, by: User, now: datetime; member_left came before it.
member_removed = Signal()
# role_changed carries membership: Membership, by: User: the role that it has from now on is another.
role_changed = Signal()
# invitation_made carries invitation: Invitation.
invitation_made = Signal()
# settings_changed carries league: League, now: datetime: a new version, for drafts that have not opened.
settings_changed = Signal()
