"""Signals of the leagues app. They are sent inside the transaction that makes the change."""

from django.dispatch import Signal

# league_created(league: League, now: datetime)
league_created = Signal()
# member_joined(membership: Membership, constructor_name: str, now: datetime)
member_joined = Signal()
# member_left(membership: Membership, now: datetime)
member_left = Signal()
# member_removed(membership: Membership, by: User, now: datetime): sent after member_left.
member_removed = Signal()
# role_changed(membership: Membership, by: User): the membership already has its new role.
role_changed = Signal()
# settings_changed(league: League, now: datetime): a new version exists, for drafts that have not opened.
settings_changed = Signal()
# newcomer_asked(league: League): returns from which race somebody who joins now plays, as a sentence for them, or "".
newcomer_asked = Signal()
# standings_requested(league: League) -> list[int]: the ids of the league's constructors, best first. Scoring responds.
standings_requested = Signal()
