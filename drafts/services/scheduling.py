"""Schedule drafts: which race a league drafts for next, and when the draft opens and locks."""

import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.db.models import Max

from core.transactions import atomic
from leagues.models import League, SettingsVersion
from leagues.selectors import current_settings, current_settings_by_league
from races.models import Race

from .. import rules
from ..models import Draft
from ..selectors import UNLOCKED_STATES, drafted_races, leagues_without_a_draft, skipped_races_of

PlannedOrder = list[int] | None


def lock_time_of(race: Race, settings: SettingsVersion) -> rules.LockTime:
    """Return when a draft of this race locks under these settings."""
    return rules.lock_time(
        sessions={session.kind: session.starts_at for session in race.sessions.all()},
        race_starts_at=race.expected_start,
        minutes=settings.lock_minutes,
        at_qualifying=settings.lock_at_qualifying,
    )


class UpcomingRaces:
    """The races of one season, and for some of its leagues their settings and the races that they have drafts for.

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
        taken = self._drafted.get(league, set()) | self._skipped.get(league, set())
        undrafted = (race for race in self.races.values() if race.pk not in taken)
        counted = (race for race in undrafted if race.state not in (Race.State.CANCELLED, Race.State.POSTPONED))
        locks = [(race, self.lock_time(race, self.settings[league])) for race in counted]
        return [(race, lock) for race, lock in locks if lock.at > now]

    def release_race(self, draft: Draft) -> None:
        """Allow the league a new draft for the race of this draft, which is void."""
        self._drafted[draft.league_id].discard(draft.race_id)


def first_to_lock(races: list[tuple[Race, rules.LockTime]]) -> tuple[Race, rules.LockTime]:
    return min(races, key=lambda pair: pair[1].at)


@atomic
def schedule_draft(*, league: League, now: datetime) -> Draft | None:
    """Create the draft of the league's next race. Returns None if a draft is unlocked or the season has no race left.

    The seed of its order is generated here, long before the draft opens, so that its commitment can be published.
    """
    league = League.objects.locked().get(pk=league.pk)
    created = schedule_next_drafts([league], lambda: UpcomingRaces(league.season_id, [league.pk]), now=now)
    return created[0] if created else None


def schedule_next_drafts(leagues: Sequence[League], load: Callable[[], UpcomingRaces], *, now: datetime) -> list[Draft]:
    """As `schedule_draft`, for locked leagues of one season. `load` is called only if one of them needs a draft."""
    drafting = Draft.objects.filter(league__in=leagues, state__in=UNLOCKED_STATES).values_list("league", flat=True)
    busy = set(drafting)
    idle = [league for league in leagues if not league.archived_at and league.pk not in busy]
    if not idle:
        return []
    upcoming, plans = load(), _carried_over_plans(idle)
    drafts = (_next_draft(league, upcoming, plans.get(league.pk), now) for league in idle)
    return Draft.objects.bulk_create([draft for draft in drafts if draft is not None])


def _next_draft(league: League, upcoming: UpcomingRaces, plan: PlannedOrder, now: datetime) -> Draft | None:
    races = upcoming.unlocked_races(league.pk, now)
    if not races:
        return None
    race, lock = first_to_lock(races)
    return Draft(
        league=league,
        race=race,
        opens_at=rules.opens_at(lock.at),
        locks_at=lock.at,
        lock_is_provisional=lock.is_provisional,
        order_seed=secrets.token_hex(32),
        planned_order=plan,
    )


def _carried_over_plans(leagues: Sequence[League]) -> dict[int, PlannedOrder]:
    """Return orders that managers set for drafts voided before they opened, by league: they apply to the next draft."""
    last = Draft.objects.filter(league__in=leagues).order_by().values("league").annotate(last=Max("pk")).values("last")
    void = Draft.objects.filter(pk__in=last, state=Draft.State.VOID, opened_at=None)
    return dict(void.values_list("league", "planned_order"))


def schedule_drafts(*, now: datetime) -> int:
    """Create the missing drafts of all leagues; return their number."""
    return sum(schedule_draft(league=league, now=now) is not None for league in leagues_without_a_draft(now))


@atomic
def reschedule_upcoming_draft(*, league: League) -> None:
    """Move the window of the upcoming draft after a change of settings. Open drafts keep their settings version."""
    settings = current_settings(league)
    for draft in Draft.objects.locked().filter(league=league, state=Draft.State.UPCOMING):
        set_window(draft, lock_time_of(draft.race, settings))
        draft.save(update_fields=["opens_at", "locks_at", "lock_is_provisional"])


def set_window(draft: Draft, lock: rules.LockTime) -> None:
    """Set when an upcoming draft opens and locks. Does not save."""
    draft.opens_at = rules.opens_at(lock.at)
    draft.locks_at, draft.lock_is_provisional = lock
