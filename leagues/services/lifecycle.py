"""Create a league with its first settings, its manager and the manager's constructor; archive, restore, delete it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Invalid, NotAllowed, Refused
from core.querysets import LockableQuerySet
from core.transactions import atomic
from core.undo import ChangedSince
from core.validators import clean_name
from races.models import Season
from races.selectors import has_ended

from .. import activity_kinds, rules
from ..models import Invitation, League, Membership, SettingsVersion
from ..selectors import active_members, can_transfer_management, successor_of
from ..signals import league_created, league_deleting
from .activity_log import log_activity
from .membership import add_member, lock_league
from .notifications import notify_league_deleted
from .settings import validated_settings


@atomic
def create_league(
    *,
    creator: User,
    season: Season,
    name: str,
    now: datetime,
    constructor_name: str = "",
    visibility: str = League.Visibility.PRIVATE,
    capacity: int | None = None,
    first_draft_start: str = League.FirstDraftStart.WINDOW,
    settings: Mapping[str, Any] | None = None,
    key: UUID | None = None,
    predecessor: League | None = None,
    opening_order: Sequence[int] | None = None,
) -> League:
    """Create a league that `creator` manages and plays in.

    `settings` holds fields of `SettingsVersion`; missing ones keep their default. `capacity` defaults to the number of
    constructors that the grid has cars for. With `first_draft_start` "now", bots fill the league and its first draft
    opens at once. `key` is an idempotency key: a repeated call returns the league created by the first. `predecessor`
    and `opening_order` are for `continue_league`. Raises `Invalid` for an invalid name or setting, `Refused` if the
    season is over or the key created a league with another name.
    """
    name = clean_name(name, longest=60, field="name")
    if key is not None and (league := _created_with_key(creator, key, name)):
        return league
    _check_season(season, now)
    if visibility not in League.Visibility.values:
        raise Invalid(_("A league is private or public."), field="visibility")
    if first_draft_start not in League.FirstDraftStart.values:
        raise Invalid(_("The first draft starts by itself, by hand, or at once."), field="first_draft_start")
    version = validated_settings(SettingsVersion(number=1, created_at=now, created_by=creator), settings or {})
    if capacity is None:
        capacity = rules.max_constructors(season.grid_size, version.picks_per_race)
    if capacity < 1:
        raise Invalid(_("A league needs room for at least one constructor."), field="capacity")
    rules.check_capacity(constructors=capacity, picks_per_race=version.picks_per_race, grid_size=season.grid_size)
    starts_now = first_draft_start == League.FirstDraftStart.NOW
    version.bots_up_to = rules.bots_for_start(starts_now=starts_now, bots_up_to=version.bots_up_to, capacity=capacity)
    league = League.objects.create(
        season=season,
        name=name,
        visibility=visibility,
        capacity=capacity,
        first_draft_start=first_draft_start,
        creator=creator,
        created_at=now,
        founding_key=key,
        predecessor=predecessor,
        origin_id=predecessor.origin_or_self if predecessor else None,
        opening_order=None if opening_order is None else list(opening_order),
    )
    version.league = league
    version.save()
    add_member(league, creator, role=Membership.Role.MANAGER, constructor_name=constructor_name, now=now)
    log_activity(league, activity_kinds.CREATED, by=creator, now=now)
    league_created.send(sender=League, league=league, now=now)
    return league


def _check_season(season: Season, now: datetime) -> None:
    """Refuse a season that is over: a league in it would never draft."""
    if has_ended(season, now):
        raise Refused(
            _("Season %(year)s is over. Create the league for the next season.") % {"year": season.year},
            code="season_over",
        )


def _created_with_key(creator: User, key: UUID, name: str) -> League | None:
    """Return the league created with this key. On a double click, the second request waits here for the first."""
    LockableQuerySet(User).locked().get(pk=creator.pk)
    league = League.objects.filter(creator=creator, founding_key=key).select_related("season").first()
    if league is not None and league.name != name:
        sentence = _("You already created “%(league)s” with this form. Reload the page to create another league.")
        raise Refused(sentence % {"league": league.name}, code="key_used")
    return league


@atomic
def archive_league(*, league: League, by: User, now: datetime) -> League:
    """Archive the league: it stays readable. No further draft opens and nobody can join; an open draft is completed."""
    league = lock_league(league)
    if not can_transfer_management(by, league):
        raise NotAllowed(_("Only the league's manager can archive it."))
    if league.archived_at is not None:
        raise Refused(_("This league is already archived."), code="archived")
    archive(league, now)
    log_activity(league, activity_kinds.ARCHIVED, by=by, now=now)
    return league


def archive(league: League, now: datetime) -> None:
    """Archive a locked league and cancel its pending invitations."""
    league.archived_at = now
    league.save(update_fields=["archived_at"])
    Invitation.objects.pending().filter(league=league).update(state=Invitation.State.CANCELLED, answered_at=now)


@atomic
def unarchive_league(*, league: League, by: User, now: datetime) -> League:
    """Make an archived league active again. Refused if it continues in a later season."""
    league = lock_league(league)
    if not can_transfer_management(by, league):
        raise NotAllowed(_("Only the league's manager can restore it."))
    if league.archived_at is None:
        raise Refused(_("This league is not archived."), code="not_archived")
    successor = successor_of(league)
    if successor is not None:
        sentence = _("This league continues in season %(season)s, so it stays archived.")
        raise Refused(sentence % {"season": successor.season}, code="already_continued")
    league.archived_at, league.unarchived_at = None, now
    league.save(update_fields=["archived_at", "unarchived_at"])
    log_activity(league, activity_kinds.UNARCHIVED, by=by, now=now)
    return league


@atomic
def take_back_archiving(*, league: League, by: User, archived_at: datetime, now: datetime) -> League:
    """Restore the league as it was before it was archived at this time, with the invitations that were pending."""
    league = lock_league(league)
    if league.archived_at != archived_at:
        raise ChangedSince
    league = unarchive_league(league=league, by=by, now=now)
    cancelled = Invitation.objects.filter(league=league, state=Invitation.State.CANCELLED, answered_at=archived_at)
    cancelled.filter(expires_at__gt=now).update(state=Invitation.State.PENDING, answered_at=None)
    return league


@atomic
def delete_league(*, league: League, by: User, now: datetime) -> None:
    """Delete a league that has never had a pick. Its history is worth nothing to anybody; a later one is archived.

    Raises `Refused` once somebody has picked.
    """
    league = lock_league(league)
    if not can_transfer_management(by, league):
        raise NotAllowed(_("Only the league's manager can delete it."))
    members = [membership.user for membership in active_members(league) if membership.user]
    notify_league_deleted(league=league, members=members, by=by, now=now)
    league_deleting.send(sender=League, league=league)
    league.delete()
