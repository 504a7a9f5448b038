"""Which draft comes next, and when it opens and locks."""

import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.db.models import Max

from fantasyf1.kit.transactions import atomic
from leagues.models import League, SettingsVersion
from leagues.selectors import current_settings, settings_of
from races.models import Race

from .. import rules
from ..models import Draft
from ..selectors import BEFORE_THE_LOCK, drafted_races, leagues_without_a_draft

Plan = list[int] | None


def lock_of(race: Race, settings: SettingsVersion) -> rules.Lock:
    """When a draft of this race locks under these settings."""
    return rules.lock(
        sessions={session.kind: session.starts_at for session in race.sessions.all()},
        race_starts_at=race.expected_start,
        minutes=settings.lock_minutes,
        at_qualifying=settings.lock_at_qualifying,
    )


class Outlook:
    """What is ahead of some leagues of one season: its races, what they have drafted for, the settings of each.

    The number of queries does not depend on that of the leagues, whose rows the caller holds.
    """

    def __init__(self, season: int, leagues: Collection[int]) -> None:
        races = Race.objects.filter(season=season).order_by("race_date", "round").prefetch_related("sessions")
        self.races = {race.pk: race for race in races}
        self.settings = settings_of(leagues)
        self._drafted = drafted_races(leagues)
        self._locks: dict[tuple[int, int, bool], rules.Lock] = {}

    def lock(self, race: Race, settings: SettingsVersion) -> rules.Lock:
        """As `lock_of`: many leagues lock at the same moment, which is worked out once."""
        key = (race.pk, settings.lock_minutes, settings.lock_at_qualifying)
        if key not in self._locks:
            self._locks[key] = lock_of(race, settings)
        return self._locks[key]

    def ahead(self, league: int, now: datetime) -> list[tuple[Race, rules.Lock]]:
        """The races that count, without a draft of the league, whose lock is still to come."""
        open_to_it = (race for race in self.races.values() if race.pk not in self._drafted.get(league, ()))
        counted = (race for race in open_to_it if race.state not in (Race.State.CANCELLED, Race.State.POSTPONED))
        locks = [(race, self.lock(race, self.settings[league])) for race in counted]
        return [(race, lock) for race, lock in locks if lock.at > now]

    def forget_draft(self, draft: Draft) -> None:
        """The league may draft for this race anew."""
        self._drafted[draft.league_id].discard(draft.race_id)


def first_to_lock(races: list[tuple[Race, rules.Lock]]) -> tuple[Race, rules.Lock]:
    return min(races, key=lambda pair: pair[1].at)


@atomic
def schedule_draft(*, league: League, now: datetime) -> Draft | None:
    """Make the draft of the league's next race, unless one is under way. `None` when the season has no race left.

    The seed of its order is drawn here, long before the draft opens, so that its commitment can be shown.
    """
    league = League.objects.select_for_update(no_key=True).get(pk=league.pk)
    made = schedule_next([league], lambda: Outlook(league.season_id, [league.pk]), now=now)
    return made[0] if made else None


def schedule_next(leagues: Sequence[League], look: Callable[[], Outlook], *, now: datetime) -> list[Draft]:
    """The same for leagues of one season that are held. `look` gives their outlook, where one of them needs it."""
    taken = Draft.objects.filter(league__in=leagues, state__in=BEFORE_THE_LOCK).values_list("league", flat=True)
    busy = set(taken)
    free = [one for one in leagues if not one.archived_at and one.pk not in busy]
    if not free:
        return []
    outlook, plans = look(), _plans_left_over(free)
    drafts = (_next_draft(league, outlook, plans.get(league.pk), now) for league in free)
    return Draft.objects.bulk_create([draft for draft in drafts if draft is not None])


def _next_draft(league: League, outlook: Outlook, plan: Plan, now: datetime) -> Draft | None:
    ahead = outlook.ahead(league.pk, now)
    if not ahead:
        return None
    race, lock = first_to_lock(ahead)
    return Draft(
        league=league,
        race=race,
        opens_at=rules.opens_at(lock.at),
        locks_at=lock.at,
        lock_is_provisional=lock.is_provisional,
        order_seed=secrets.token_hex(32),
        planned_order=plan,
    )


def _plans_left_over(leagues: Sequence[League]) -> dict[int, Plan]:
    """The orders that managers set for drafts which were void before they opened, by league: they hold for the next."""
    last = Draft.objects.filter(league__in=leagues).order_by().values("league").annotate(last=Max("pk")).values("last")
    void = Draft.objects.filter(pk__in=last, state=Draft.State.VOID, opened_at=None)
    return dict(void.values_list("league", "planned_order"))


def schedule_drafts(*, now: datetime) -> int:
    """Make the missing drafts of all leagues; returns how many."""
    return sum(schedule_draft(league=league, now=now) is not None for league in leagues_without_a_draft(now))


@atomic
def follow_settings(*, league: League) -> None:
    """Move the window of the upcoming draft after a change of the settings: open ones keep their version."""
    settings = current_settings(league)
    for draft in Draft.objects.select_for_update(no_key=True, of=("self",)).filter(
        league=league, state=Draft.State.UPCOMING
    ):
        move(draft, lock_of(draft.race, settings))
        draft.save(update_fields=["opens_at", "locks_at", "lock_is_provisional"])


def move(draft: Draft, lock: rules.Lock) -> None:
    """Let a draft that has not opened open and lock at other moments. It is not saved."""
    draft.opens_at = rules.opens_at(lock.at)
    draft.locks_at, draft.lock_is_provisional = lock
