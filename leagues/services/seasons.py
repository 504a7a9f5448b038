"""Continue a league into the next season: a new league, linked to the old one, to which the old members are invited."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Invalid, NotAllowed, RateLimited, Refused
from core.transactions import atomic
from notifications.services import notify
from races.models import Season
from races.services import open_current_season

from .. import activity_kinds, rules
from ..models import Invitation, League, Membership
from ..notification_kinds import CONTINUED
from ..selectors import (
    active_members,
    can_transfer_management,
    current_settings,
    is_delivered,
    reason_not_to_continue,
)
from ..signals import standings_requested
from .activity_log import log_activity
from .contact_limits import count_contact
from .lifecycle import archive, create_league
from .membership import lock_league

# The winter break is longer than an ordinary invitation lasts.
ANSWER_WITHIN = timedelta(days=90)


@atomic
def continue_league(
    *,
    league: League,
    by: User,
    now: datetime,
    name: str | None = None,
    capacity: int | None = None,
    settings: Mapping[str, Any] | None = None,
    first_order: str = League.FirstOrder.REVERSE_STANDINGS,
) -> League:
    """Create the league of the next season with the same manager, archive this one, and ask its members.

    `settings` holds the settings that change; `capacity` defaults to the old one, as far as the new grid has cars.
    `first_order` is a `League.FirstOrder`: the standings of this moment count, later corrections do not. Raises
    `Refused` before the results of the last race are in, and if the league already continues.
    """
    league = lock_league(league)
    if not can_transfer_management(by, league):
        raise NotAllowed(_("Only the league's manager can continue it."))
    if first_order not in League.FirstOrder.values:
        raise Invalid(_("The first order is by reverse standings or random."), field="first_order")
    if reason := reason_not_to_continue(league, now):
        code, sentence = reason
        raise Refused(sentence, code=code)
    season = open_current_season(now=now)
    assert season is not None, "a season has ended, so there is a next one"
    values = {**current_settings(league).values, **(settings or {})}
    continued = create_league(
        creator=_manager(league) or by,
        season=season,
        name=league.name if name is None else name,
        visibility=league.visibility,
        capacity=_capacity(league, season, values) if capacity is None else capacity,
        settings=values,
        predecessor=league,
        opening_order=_reverse_standings(league) if first_order == League.FirstOrder.REVERSE_STANDINGS else None,
        now=now,
    )
    if league.archived_at is None:
        archive(league, now)
    log_activity(league, activity_kinds.CONTINUED, by=by, now=now, season=season.year)
    _ask_members(league, continued, by, now)
    return continued


def _manager(league: League) -> User | None:
    managers = Membership.objects.active().filter(league=league, role=Membership.Role.MANAGER)
    membership = managers.select_related("user").first()
    return membership.user if membership else None


def _capacity(league: League, season: Season, settings: Mapping[str, Any]) -> int:
    """Return the old capacity, or fewer if the new grid does not have the cars."""
    picks = settings["picks_per_race"]
    most = rules.max_constructors(season.grid_size, picks) if isinstance(picks, int) and picks > 0 else league.capacity
    return min(league.capacity, most)


def _reverse_standings(league: League) -> list[int]:
    """Return the ids of the old constructors, last place first."""
    responses: Sequence[tuple[Any, Any]] = standings_requested.send(sender=League, league=league)
    return [constructor for _, standings in responses for constructor in reversed(standings)]


def _ask_members(league: League, continued: League, by: User, now: datetime) -> None:
    """Invite everyone who was in the old league until now, except the manager, who is in the new one."""
    present = _users_in(continued)
    by_name = by.shown_name if by in present else ""  # Administrators from outside stay unnamed.
    for user in _users_in(league):
        if user.is_active and user not in present:
            _ask(user, continued, by, by_name, now)


def _ask(user: User, league: League, by: User, by_name: str, now: datetime) -> None:
    invitation = Invitation.objects.create(
        league=league, user=user, invited_by=by, created_at=now, expires_at=now + ANSWER_WITHIN
    )
    if not is_delivered(invitation) or not _may_be_told(user, by, now):
        return
    params = {
        "by": by_name,
        "league": league.name,
        "season": league.season.year,
        "token": invitation.token,
        "expires_at": invitation.expires_at,
    }
    key = f"invitation:{invitation.pk}"
    notify(users=[user], message=CONTINUED, key=key, params=params, expires_at=invitation.expires_at, now=now)


def _may_be_told(user: User, by: User, now: datetime) -> bool:
    """Count a message to the member. Beyond the limit, the invitation only waits on their page of invitations.

    A manager can continue a league, delete the new one, and continue again: that must not send more than invitations
    do. How many members there are does not matter, because all of them have joined by themselves.
    """
    try:
        count_contact(sender=by, recipient=user, by_recipient_only=True, now=now)
    except RateLimited:
        return False
    return True


def _users_in(league: League) -> list[User]:
    return [membership.user for membership in active_members(league) if membership.user is not None]
