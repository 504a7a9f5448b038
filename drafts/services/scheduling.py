"""Which draft comes next, when it opens and locks, and what becomes of it when its race moves."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from leagues.models import League, SettingsVersion
from leagues.selectors import current_settings
from races.models import Race

from .. import rules
from ..models import Draft, DraftEvent
from ..selectors import leagues_without_a_draft, races_to_draft
from .events import log

# A race that moves further than this is drafted anew (the game's rules, Season and races).
FURTHEST_MOVE = timedelta(days=7)
BEFORE_THE_LOCK = (Draft.State.UPCOMING, Draft.State.OPEN, Draft.State.COMPLETE)


def lock_of(race: Race, settings: SettingsVersion) -> rules.Lock:
    """When a draft of this race locks under these settings."""
    return rules.lock(
        sessions={session.kind: session.starts_at for session in race.sessions.all()},
        race_starts_at=race.expected_start,
        minutes=settings.lock_minutes,
        at_qualifying=settings.lock_at_qualifying,
    )


@transaction.atomic
def schedule_draft(*, league: League, now: datetime) -> Draft | None:
    """Make the draft of the league's next race, unless one is under way. `None` when the season has no race left.

    The seed of its order is drawn here, long before the draft opens, so that its commitment can be shown.
    """
    league = League.objects.select_for_update().get(pk=league.pk)
    if league.archived_at or Draft.objects.filter(league=league, state__in=BEFORE_THE_LOCK).exists():
        return None
    settings = current_settings(league)
    for race in races_to_draft(league):
        lock = lock_of(race, settings)
        if lock.at > now:
            return Draft.objects.create(
                league=league,
                race=race,
                opens_at=rules.opens_at(lock.at),
                locks_at=lock.at,
                lock_is_provisional=lock.is_provisional,
                order_seed=secrets.token_hex(32),
            )
    return None


def schedule_drafts(*, now: datetime) -> int:
    """Make the missing drafts of all leagues; returns how many."""
    return sum(schedule_draft(league=league, now=now) is not None for league in leagues_without_a_draft(now))


@transaction.atomic
def follow_settings(*, league: League) -> None:
    """Move the window of the upcoming draft after a change of the settings: open ones keep their version."""
    settings = current_settings(league)
    for draft in Draft.objects.select_for_update(of=("self",)).filter(league=league, state=Draft.State.UPCOMING):
        _move(draft, lock_of(draft.race, settings))


@transaction.atomic
def follow_race(*, race: Race, now: datetime) -> None:
    """Bring every draft of a race into line with its calendar: the lock moves along, or the draft is void."""
    race = Race.objects.get(pk=race.pk)  # Whoever changed it may still hold the sessions as they were.
    for draft in _standing(race):
        if race.state == Race.State.CANCELLED:
            _void(draft, "The race was cancelled.", now)
        elif draft.state in BEFORE_THE_LOCK:
            _follow(draft, race, now)


def _standing(race: Race) -> Iterable[Draft]:
    """The race's drafts, held; first their leagues, under which the next drafts are made."""
    leagues = Draft.objects.standing().filter(race=race).values("league")
    list(League.objects.select_for_update().filter(pk__in=leagues).order_by("pk"))
    return (
        Draft.objects.standing()
        .select_for_update(of=("self",))
        .filter(race=race)
        .select_related("settings", "league")
        .order_by("league_id")
    )


def _follow(draft: Draft, race: Race, now: datetime) -> None:
    lock = lock_of(race, draft.settings or current_settings(draft.league))
    if draft.state == Draft.State.UPCOMING:
        _move(draft, lock)
    elif race.state == Race.State.POSTPONED:
        _void(draft, "The race was postponed.", now)
    elif abs(lock.at - draft.locks_at) > FURTHEST_MOVE:
        _void(draft, "The race moved by more than 7 days: it is drafted anew.", now)
    elif lock.at != draft.locks_at:
        _move_lock(draft, lock)
        log(draft, DraftEvent.Kind.LOCK_MOVED, now=now, locks_at=lock.at.isoformat())


def _move(draft: Draft, lock: rules.Lock) -> None:
    draft.opens_at = rules.opens_at(lock.at)
    _move_lock(draft, lock)


def _move_lock(draft: Draft, lock: rules.Lock) -> None:
    draft.locks_at, draft.lock_is_provisional = lock
    draft.save(update_fields=["opens_at", "locks_at", "lock_is_provisional"])


def _void(draft: Draft, reason: str, now: datetime) -> None:
    """End a draft without effect: its picks stay visible, its order is carried over to the next one, made at once."""
    draft.state, draft.voided_at, draft.void_reason = Draft.State.VOID, now, reason
    draft.save(update_fields=["state", "voided_at", "void_reason"])
    log(draft, DraftEvent.Kind.VOIDED, now=now, reason=reason)
    schedule_draft(league=draft.league, now=now)
