"""Change a league: name, visibility and capacity at once, settings from the next draft that opens."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.errors import Invalid, NotAllowed, Refused
from core.transactions import atomic
from core.validators import clean_name

from .. import activity_kinds, rules
from ..models import League, Membership, SettingsVersion
from ..selectors import can_manage, current_settings
from ..signals import league_changed, settings_changed
from .activity_log import log_activity
from .membership import check_not_archived, lock_league


def validated_settings(version: SettingsVersion, changes: Mapping[str, Any]) -> SettingsVersion:
    """Apply `changes` to an unsaved version and validate it. Raises `Invalid` with the field and what is wrong."""
    for name, value in changes.items():
        if name not in rules.SETTINGS_FIELDS:
            raise Invalid(_("“%(name)s” is not a setting of a league.") % {"name": name}, field=name)
        setattr(version, name, value)
    try:
        version.clean_fields(exclude=["league", "number", "created_at", "created_by"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(f"{field.replace('_', ' ').capitalize()}: {messages[0]}", field=field) from error
    # Validate them even if unused: they are stored and count once the league switches to custom points.
    rules.parse_custom_points(version.custom_points)
    return version


@atomic
def change_settings(*, league: League, by: User, changes: Mapping[str, Any], now: datetime) -> SettingsVersion:
    """Add a version of the settings, in force from the next draft that opens. Returns the current one if unchanged."""
    league = lock_league(league)
    if not can_manage(by, league):
        raise NotAllowed(_("Only the league's managers can change its settings."))
    check_not_archived(league)
    before = current_settings(league)
    if {**before.values, **changes} == before.values:
        return before
    version = SettingsVersion(league=league, number=before.number + 1, created_at=now, created_by=by, **before.values)
    validated_settings(version, changes)
    rules.check_capacity(
        constructors=league.capacity,
        picks_per_race=version.picks_per_race,
        grid_size=league.season.grid_size,
    )
    version.save()
    log_activity(
        league,
        activity_kinds.SETTINGS_CHANGED,
        by=by,
        now=now,
        number=version.number,
        before=before.values,
        after=version.values,
    )
    settings_changed.send(sender=SettingsVersion, league=league, now=now)
    return version


def preview_settings(*, league: League, changes: Mapping[str, Any]) -> SettingsVersion:
    """Return the current settings with these changes, unsaved. Raises `Invalid` like `change_settings`."""
    return validated_settings(SettingsVersion(league=league, **current_settings(league).values), changes)


@atomic
def change_league(
    *,
    league: League,
    by: User,
    name: str | None = None,
    visibility: str | None = None,
    capacity: int | None = None,
) -> League:
    """Change properties that are not rules of the game. `None` means unchanged."""
    league = lock_league(league)
    if not can_manage(by, league):
        raise NotAllowed(_("Only the league's managers can change it."))
    check_not_archived(league)
    before = _properties(league)
    if name is not None:
        league.name = clean_name(name, longest=60, field="name")
    if visibility is not None:
        if visibility not in League.Visibility.values:
            raise Invalid(_("A league is private or public."), field="visibility")
        league.visibility = visibility
    if capacity is not None:
        _check_new_capacity(league, capacity)
        league.capacity = capacity
    league.save()
    _announce_changes(league, before, by)
    return league


@atomic
def plan_first_draft(*, league: League, by: User, start: str, now: datetime, bots_up_to: int | None = None) -> League:
    """Choose how the league's first draft starts, and how many bots play (`None` means unchanged)."""
    if start not in League.FirstDraftStart.values:
        raise Invalid(_("The first draft starts by itself, by hand, or at once."), field="first_draft_start")
    league = lock_league(league)
    bots = rules.bots_for_start(
        starts_now=start == League.FirstDraftStart.NOW,
        bots_up_to=current_settings(league).bots_up_to if bots_up_to is None else bots_up_to,
        capacity=league.capacity,
    )
    change_settings(league=league, by=by, changes={"bots_up_to": bots}, now=now)
    before = _properties(league)
    league.first_draft_start = start
    league.save(update_fields=["first_draft_start"])
    _announce_changes(league, before, by)
    return league


def _properties(league: League) -> dict[str, Any]:
    return {
        "name": league.name,
        "visibility": str(league.visibility),
        "capacity": league.capacity,
        "first_draft_start": str(league.first_draft_start),
    }


def _announce_changes(league: League, before: Mapping[str, Any], by: User) -> None:
    """Send `league_changed` with the properties that differ from `before`, if any do."""
    after = _properties(league)
    changes = {name: (value, after[name]) for name, value in before.items() if value != after[name]}
    if changes:
        league_changed.send(sender=League, league=league, by=by, changes=changes)


def _check_new_capacity(league: League, capacity: int) -> None:
    players = Membership.objects.active().filter(league=league).count()
    if capacity < max(players, 1):
        sentence = ngettext(
            "%(players)s player is in this league already.", "%(players)s players are in this league already.", players
        )
        raise Refused(sentence % {"players": players}, code="capacity_below_members")
    rules.check_capacity(
        constructors=capacity,
        picks_per_race=current_settings(league).picks_per_race,
        grid_size=league.season.grid_size,
    )
