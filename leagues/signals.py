"""Signals of the leagues app. They are sent inside the transaction that makes the change."""

from django.dispatch import Signal

# league_created(league: League, now: datetime)
league_created = Signal()
# member_joined(membership: Membership, constructor_name: str, now: datetime)
member_joined = Signal()
# member_left(membership: Membership, now: datetime)
member_left = Signal()
# member_removed(membership: Membership, by: User, reason: str, is_banned: bool, now: datetime): sent after member_left.
member_removed = Signal()
# role_changed(membership: Membership, was: str, by: User): the membership already has its new role.
role_changed = Signal()
# settings_changed(league: League, now: datetime): a new version exists, for drafts that have not opened.
settings_changed = Signal()
# newcomer_asked(league: League): returns from which race somebody who joins now plays, as a sentence for them, or "".
newcomer_asked = Signal()
# scoring_examples_asked(rule_sets: dict[str, RuleSet]) -> dict[str, str]: what each makes of the last real race, in a
# sentence. Scoring responds.
scoring_examples_asked = Signal()
# standings_requested(league: League) -> list[int]: the ids of the league's constructors, best first. Scoring responds.
standings_requested = Signal()
# league_changed(league: League, by: User, changes: dict[str, tuple[value, value]]): by field, before and after.
league_changed = Signal()
# drafted_asked(league: League): a receiver returns whether the league has ever had a pick.
drafted_asked = Signal()
# league_deleting(league: League): before the row is deleted. Receivers delete what protects it, or raise `Refused`.
league_deleting = Signal()
# webhook_deliveries_created: no arguments. There is something to send to webhooks.
webhook_deliveries_created = Signal()
