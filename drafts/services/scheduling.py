"""Schedule drafts: which race a league drafts for next, and when the draft opens and locks."""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Max, Q

from core.transactions import atomic
from leagues.models import League, SettingsVersion
from leagues.selectors import current_settings, current_settings_by_league
from races.models import Race

from .. import rules
from ..models import Draft
from ..selectors import UNLOCKED_STATES, drafted_races, leagues_without_a_draft, skipped_races_of
from . import notifications

PlannedOrder = list[int] | None
# What `set_window` sets.
WINDOW_FIELDS = ("opens_at", "locks_at", "lock_is_provisional", "window_changed_at")


def lock_time_of(race: Race, settings: SettingsVersion) -> rules.LockTime:
    """Return when a draft of this race locks under these settings."""
    return rules.lock_time(
        sessions={session.kind: session.starts_at for session in race.sessions.all()},
        race_starts_at=race.expected_start,
        minutes=settings.lock_minutes,
        at_qualifying=settings.lock_at_qualifying,
    )


class UpcomingRaces:
    """The races of one season, and for some of its leagues their settings, and the races that they draft for or skip.

    The number of queries does not depend on the number of leagues. The caller has locked the leagues' rows.
    """

    def __init__(self, season: int, leagues: Collection[int]) -> None:
        races = Race.objects.filter(season=season).order_by("race_date", "round").prefetch_related("sessions")
        self.races = {race.pk: race for race in races}
        self.settings = current_settings_by_league(leagues)
        self._drafted = drafted_races(leagues)
        self._skipped = skipped_races_of(leagues)
        self._locks: dict[tuple[int, int, bool], rules.LockTime] = {}

    def lock_time(self, race: Race, settings: SettingsVersion) -> rules.LockTime:
        """As `lock_time_of`, memoized: many leagues lock at the same time."""
        key = (race.pk, settings.lock_minutes, settings.lock_at_qualifying)
        if key not in self._locks:
            self._locks[key] = lock_time_of(race, settings)
        return self._locks[key]

    def unlocked_races(self, league: int, now: datetime) -> list[tuple[Race, rules.LockTime]]:
        """Return the races that count, that the league neither has a draft for nor skips, not past their lock."""
        return [(race, lock) for race, lock in self._undrafted(league) if lock.at > now]

    def missed_races(self, league: int, since: datetime, now: datetime) -> list[Race]:
        """Return the races as in `unlocked_races`, but whose lock was between `since` and `now`."""
        return [race for race, lock in self._undrafted(league) if since < lock.at <= now]

    def _undrafted(self, league: int) -> list[tuple[Race, rules.LockTime]]:
        taken = self._drafted.get(league, set()) | self._skipped.get(league, set())
        undrafted = (race for race in self.races.values() if race.pk not in taken)
        counted = (race for race in undrafted if race.state not in (Race.State.CANCELLED, Race.State.POSTPONED))
        return [(race, self.lock_time(race, self.settings[league])) for race in counted]

    def release_race(self, draft: Draft) -> None:
        """Allow the league a new draft for the race of this draft, which is void."""
        self._drafted[draft.league_id].discard(draft.race_id)

    def assign_race(self, draft: Draft, race: Race) -> None:
        """Make this the race of an upcoming draft; the league can draft for the other one again."""
        self.release_race(draft)
        self._drafted[draft.league_id].add(race.pk)
        draft.race = race


def first_to_lock(races: list[tuple[Race, rules.LockTime]]) -> tuple[Race, rules.LockTime]:
    return min(races, key=lambda pair: pair[1].at)


@atomic
def schedule_draft(*, league: League, now: datetime) -> Draft | None:
    """Create the draft of the league's next race. Returns None if a draft is unlocked or the season has no race left.

    The seed of its order is generated here, long before the draft opens, so that its commitment can be published.
    """
    league = League.objects.locked().get(pk=league.pk)
    created = schedule_next_drafts([league], UpcomingRaces(league.season_id, [league.pk]), now=now)
    return created[0] if created else None


def schedule_next_drafts(leagues: Sequence[League], upcoming: UpcomingRaces, *, now: datetime) -> list[Draft]:
    """As `schedule_draft`, for locked leagues of one season.

    A race that moved behind another one can open before the draft of that one has locked: then its draft is created
    too. Races that were missed while the site was down are announced.
    """
    active = [league for league in leagues if not league.archived_at]
    windows, plans = _last_locks(active), _carried_over_plans(active)
    _announce_missed_races(active, upcoming, windows, now)
    drafts = [
        draft
        for league in active
        for draft in _next_drafts(league, upcoming, windows[league.pk].unlocked, plans.get(league.pk), now)
    ]
    return Draft.objects.bulk_create(drafts)


class _LastLocks(NamedTuple):
    """The last lock of a league's drafts, and of those that have not locked yet; None without such drafts."""

    of_all: datetime | None
    unlocked: datetime | None


def _last_locks(leagues: Sequence[League]) -> dict[int, _LastLocks]:
    not_void = Draft.objects.not_void().filter(league__in=leagues).order_by().values("league")
    unlocked = Max("locks_at", filter=Q(state__in=UNLOCKED_STATES))
    found = not_void.annotate(last=Max("locks_at"), unlocked=unlocked).values_list("league", "last", "unlocked")
    none = {league.pk: _LastLocks(None, None) for league in leagues}
    return none | {league: _LastLocks(last, last_unlocked) for league, last, last_unlocked in found}


def _announce_missed_races(
    leagues: Sequence[League], upcoming: UpcomingRaces, windows: Mapping[int, _LastLocks], now: datetime
) -> None:
    missed = [
        (league, race)
        for league in leagues
        for race in upcoming.missed_races(league.pk, _active_since(league, windows[league.pk].of_all), now)
    ]
    if missed:
        notifications.notify_of_missed_races(missed, now=now)


def _active_since(league: League, last_lock: datetime | None) -> datetime:
    """Return since when a league misses a race: its last lock, its creation, or the end of its time in the archive."""
    since = last_lock or league.created_at
    return max(since, league.unarchived_at or since)


def _next_drafts(
    league: League, upcoming: UpcomingRaces, last_lock: datetime | None, plan: PlannedOrder, now: datetime
) -> Iterator[Draft]:
    """Yield the next draft, unless one is unlocked until `last_lock`, and all that open before those have locked."""
    for race, lock in sorted(upcoming.unlocked_races(league.pk, now), key=lambda pair: pair[1].at):
        opens_at = rules.opens_at(lock.at)
        if last_lock is not None and opens_at >= last_lock:
            return
        yield Draft(
            league=league,
            race=race,
            opens_at=opens_at,
            locks_at=lock.at,
            lock_is_provisional=lock.is_provisional,
            order_seed=secrets.token_hex(32),
            planned_order=plan if last_lock is None else None,
        )
        last_lock = max(lock.at, last_lock or lock.at)


def _carried_over_plans(leagues: Sequence[League]) -> dict[int, PlannedOrder]:
    """Return orders that managers set for drafts voided before they opened, by league: they apply to the next draft."""
    last = Draft.objects.filter(league__in=leagues).order_by().values("league").annotate(last=Max("pk")).values("last")
    void = Draft.objects.filter(pk__in=last, state=Draft.State.VOID, opened_at=None)
    return dict(void.values_list("league", "planned_order"))


def schedule_drafts(*, now: datetime) -> int:
    """Create the missing drafts of all leagues; return their number."""
    return sum(schedule_draft(league=league, now=now) is not None for league in leagues_without_a_draft(now))


@atomic
def reschedule_upcoming_draft(*, league: League, now: datetime) -> None:
    """Move the window of the upcoming draft after a change of settings. Open drafts keep their settings version."""
    settings = current_settings(league)
    for draft in Draft.objects.locked().filter(league=league, state=Draft.State.UPCOMING):
        set_window(draft, lock_time_of(draft.race, settings), now)
        draft.save(update_fields=WINDOW_FIELDS)


def set_window(draft: Draft, lock: rules.LockTime, now: datetime) -> None:
    """Set when an upcoming draft opens and locks. Does not save."""
    if draft.locks_at != lock.at:
        draft.window_changed_at = now
    draft.opens_at = rules.opens_at(lock.at)
    draft.locks_at, draft.lock_is_provisional = lock
