"""Which draft comes next, when it opens and locks, and what becomes of it when its race moves."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from leagues.models import League, SettingsVersion
from leagues.selectors import current_settings
from races.models import Race

from .. import rules
from ..models import Draft, DraftEvent
from ..selectors import BEFORE_THE_LOCK, leagues_without_a_draft, races_to_draft
from . import news
from .events import log
from .turns import start_turn

# A race that moves further than this is drafted anew (the game's rules, Season and races).
FURTHEST_MOVE = timedelta(days=7)


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
    league = League.objects.select_for_update(no_key=True).get(pk=league.pk)
    if league.archived_at or Draft.objects.filter(league=league, state__in=BEFORE_THE_LOCK).exists():
        return None
    ahead = _races_ahead(league, current_settings(league), now)
    if not ahead:
        return None
    race, lock = _first_to_lock(ahead)
    return Draft.objects.create(
        league=league,
        race=race,
        opens_at=rules.opens_at(lock.at),
        locks_at=lock.at,
        lock_is_provisional=lock.is_provisional,
        order_seed=secrets.token_hex(32),
        planned_order=_plan_left_over(league),
    )


def _plan_left_over(league: League) -> list[int] | None:
    """The order that a manager set for a draft which was void before it opened: it holds for the next one."""
    last = Draft.objects.filter(league=league).order_by("-pk").first()
    if last is None or last.state != Draft.State.VOID or last.opened_at is not None:
        return None
    plan: list[int] | None = last.planned_order
    return plan


def _races_ahead(league: League, settings: SettingsVersion, now: datetime) -> list[tuple[Race, rules.Lock]]:
    """The races without a draft of the league whose lock is still to come."""
    locks = [(race, lock_of(race, settings)) for race in races_to_draft(league)]
    return [(race, lock) for race, lock in locks if lock.at > now]


def _first_to_lock(races: list[tuple[Race, rules.Lock]]) -> tuple[Race, rules.Lock]:
    return min(races, key=lambda pair: pair[1].at)


def schedule_drafts(*, now: datetime) -> int:
    """Make the missing drafts of all leagues; returns how many."""
    return sum(schedule_draft(league=league, now=now) is not None for league in leagues_without_a_draft(now))


@transaction.atomic
def follow_settings(*, league: League) -> None:
    """Move the window of the upcoming draft after a change of the settings: open ones keep their version."""
    settings = current_settings(league)
    for draft in Draft.objects.select_for_update(no_key=True, of=("self",)).filter(
        league=league, state=Draft.State.UPCOMING
    ):
        _move(draft, lock_of(draft.race, settings))


@transaction.atomic
def follow_race(*, race: Race, now: datetime) -> None:
    """Bring the drafts into line with a race's calendar: locks move along, drafts are void, or another race is next."""
    race = Race.objects.get(pk=race.pk)  # Whoever changed it may still hold the sessions as they were.
    _hold_leagues(race)
    for draft in _held(Draft.objects.standing().filter(race=race)):
        if race.state == Race.State.CANCELLED:
            _void(draft, "The race was cancelled.", now)
        elif draft.state in BEFORE_THE_LOCK:
            _follow(draft, race, now)
    for draft in _held(Draft.objects.filter(race__season=race.season_id, state=Draft.State.UPCOMING)):
        _aim(draft, now)


def _hold_leagues(race: Race) -> None:
    """Lock the leagues that the race concerns, in one go and in order: next drafts are made under them."""
    of_the_race, next_in_season = Q(race=race), Q(race__season=race.season_id, state=Draft.State.UPCOMING)
    leagues = Draft.objects.standing().filter(of_the_race | next_in_season).values("league")
    list(League.objects.select_for_update(no_key=True).filter(pk__in=leagues).order_by("pk"))


def _held(drafts: QuerySet[Draft]) -> QuerySet[Draft]:
    return (
        drafts.select_for_update(no_key=True, of=("self",))
        .select_related("settings", "league", "race")
        .order_by("league_id")
    )


def _follow(draft: Draft, race: Race, now: datetime) -> None:
    lock = lock_of(race, draft.settings or current_settings(draft.league))
    if race.state == Race.State.POSTPONED:
        _void(draft, "The race was postponed.", now)
    elif draft.state == Draft.State.UPCOMING:
        return  # It is aimed with the others.
    elif abs(lock.at - _first_lock(draft)) > FURTHEST_MOVE:
        _void(draft, "The race moved by more than 7 days: it is drafted anew.", now)
    elif lock.at != draft.locks_at:
        was = draft.locks_at
        _move_lock(draft, lock)
        log(draft, DraftEvent.Kind.LOCK_MOVED, now=now, locks_at=lock.at.isoformat(), was=was.isoformat())
        start_turn(draft, now)
        news.tell_of_moved_lock(draft=draft, now=now)


def _first_lock(draft: Draft) -> datetime:
    """When the draft would have locked as it opened: two moves of six days each are one of twelve."""
    moved = draft.events.filter(kind=DraftEvent.Kind.LOCK_MOVED, payload__has_key="was").order_by("seq").first()
    return datetime.fromisoformat(moved.payload["was"]) if moved else draft.locks_at


def _aim(draft: Draft, now: datetime) -> None:
    """Point an upcoming draft at the race that locks first: a race may fall behind another, or come back before it.

    The draft's seed, and with it the commitment that was shown, and the manager's plan go along.
    """
    settings = current_settings(draft.league)
    was = (draft.race, rules.Lock(draft.locks_at, draft.lock_is_provisional))
    own = (draft.race, lock_of(draft.race, settings))
    draft.race, lock = _first_to_lock([own, *_races_ahead(draft.league, settings, now)])
    _move(draft, lock)
    _tell_of_other_aim(draft, was, now)


def _tell_of_other_aim(draft: Draft, was: tuple[Race, rules.Lock], now: datetime) -> None:
    """Tell the players of another race or lock. A lock that gets its hour once the timetable is known is no news."""
    race, lock = was
    tolerance = timedelta(days=1) if lock.is_provisional else timedelta(0)
    if draft.race != race:
        news.tell_of_other_race(draft=draft, now=now)
    elif abs(draft.locks_at - lock.at) > tolerance:
        news.tell_of_moved_lock(draft=draft, now=now)


def _move(draft: Draft, lock: rules.Lock) -> None:
    draft.opens_at = rules.opens_at(lock.at)
    _move_lock(draft, lock)


def _move_lock(draft: Draft, lock: rules.Lock) -> None:
    draft.locks_at, draft.lock_is_provisional = lock
    draft.save(update_fields=["race", "opens_at", "locks_at", "lock_is_provisional"])


def _void(draft: Draft, reason: str, now: datetime) -> None:
    """End a draft without effect: its picks stay visible, its order is carried over to the next one, made at once.

    So is an order that the manager had set for a draft that never opened.
    """
    draft.state, draft.voided_at, draft.void_reason = Draft.State.VOID, now, reason
    draft.turn_began_at = draft.turn_ends_at = draft.paused_at = None
    draft.save()
    log(draft, DraftEvent.Kind.VOIDED, now=now, reason=reason)
    news.tell_of_void(draft=draft, now=now)
    schedule_draft(league=draft.league, now=now)
