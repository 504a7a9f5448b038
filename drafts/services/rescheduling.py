"""Reschedule drafts when a race moves, is cancelled or returns to the calendar, for any number of leagues at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from core.transactions import atomic
from leagues.models import League
from races.models import Race

from .. import rules
from ..models import Draft, DraftEvent
from ..selectors import UNLOCKED_STATES, open_slots_of
from . import notifications
from .clock import set_clock
from .event_log import append_events, build_event
from .scheduling import WINDOW_FIELDS, UpcomingRaces, first_to_lock, schedule_next_drafts, set_window

# If a race moves further than this, its draft is void and there is a new one (the game's rules, Season and races).
MAX_RACE_MOVE = timedelta(days=7)
# Leagues that are read and written together. A batch takes as many statements as a single league.
BATCH_SIZE = 1000
# Rows per bulk UPDATE, whose statement grows with every row.
UPDATE_BATCH_SIZE = 250


@atomic
def reschedule_drafts(*, race: Race, now: datetime) -> None:
    """Apply a change of the race calendar to the drafts: move locks, void drafts, or make another race the next one."""
    race = Race.objects.get(pk=race.pk)  # The caller's instance may have the old sessions prefetched.
    leagues = _lock_leagues(race)
    for start in range(0, len(leagues), BATCH_SIZE):
        _RaceRescheduling(race, leagues[start : start + BATCH_SIZE], now).run()


def _lock_leagues(race: Race) -> list[League]:
    """Lock the affected leagues in one query, ordered by id: their next drafts are created under these locks."""
    leagues = Draft.objects.not_void().filter(_affected_drafts(race)).values("league")
    return list(League.objects.locked().filter(pk__in=leagues).order_by("pk"))


def _affected_drafts(race: Race) -> Q:
    """Select the drafts of the race and the unlocked ones of its season: another race may be next now, or open before
    those have locked."""
    return Q(race=race) | Q(race__season=race.season_id, state__in=UNLOCKED_STATES)


class _RaceRescheduling:
    """Applies the change to the drafts of a batch of leagues: decides for each draft, then writes all in bulk."""

    UPDATED_FIELDS = (
        "race", *WINDOW_FIELDS, "state", "voided_at", "void_reason", "turn_began_at", "turn_ends_at",
        "turn_reminder_at", "paused_at", "last_seq",
    )  # fmt: skip

    def __init__(self, race: Race, leagues: Sequence[League], now: datetime) -> None:
        self._race, self._leagues, self._now = race, {league.pk: league for league in leagues}, now
        self._upcoming = UpcomingRaces(race.season_id, self._leagues)
        self._drafts = self._locked_drafts()
        self._first_lock_by_draft = self._original_locks()
        self._changed_ids: set[int] = set()
        self._events: list[DraftEvent] = []
        self._announcements: list[notifications.Announcement] = []

    def run(self) -> None:
        own = [draft for draft in self._drafts if draft.race_id == self._race.pk]
        moved = [draft for draft in own if self._apply(draft)]
        self._start_turns(moved)
        for draft in self._drafts:
            if draft.state == Draft.State.UPCOMING:
                self._retarget(draft)
        self._save()

    def _locked_drafts(self) -> list[Draft]:
        """Lock and return the drafts, by league. They share the loaded league and race objects, with their sessions."""
        drafts = Draft.objects.not_void().filter(_affected_drafts(self._race), league__in=self._leagues)
        rows = drafts.locked().select_related("settings")
        locked = list(rows.order_by("league_id", "pk"))
        for draft in locked:
            draft.league, draft.race = self._leagues[draft.league_id], self._upcoming.races[draft.race_id]
        return locked

    def _original_locks(self) -> dict[int, datetime]:
        """Return the lock that a draft had when it opened, by draft id, for drafts whose lock has moved."""
        moves = DraftEvent.objects.filter(
            draft__in=[draft.pk for draft in self._drafts if draft.race_id == self._race.pk],
            kind=DraftEvent.Kind.LOCK_MOVED,
            payload__has_key="was",
        )
        # The dict keeps the last pair of each draft, which is its first move.
        found = moves.order_by("-seq").values_list("draft", "payload")
        return {draft: datetime.fromisoformat(payload["was"]) for draft, payload in found}

    # -- one draft -----------------------------------------------------------------------------------------------------

    def _apply(self, draft: Draft) -> bool:
        """Apply the change to a draft of this race. Returns True if the lock of an open draft has moved."""
        if self._race.state == Race.State.CANCELLED:
            self._void(draft, _("The race was cancelled."))
        elif draft.state not in UNLOCKED_STATES:
            return False
        elif self._race.state == Race.State.POSTPONED:
            self._void(draft, _("The race was postponed."))
        elif draft.state != Draft.State.UPCOMING:  # Upcoming drafts are retargeted below.
            return self._move_open(draft)
        return False

    def _move_open(self, draft: Draft) -> bool:
        lock = self._upcoming.lock_time(draft.race, draft.settings or self._upcoming.settings[draft.league_id])
        # Compare with the first lock: two moves of six days count as one of twelve.
        if abs(lock.at - self._first_lock_by_draft.get(draft.pk, draft.locks_at)) > MAX_RACE_MOVE:
            self._void(draft, _("The race moved by more than 7 days, so there will be a new draft."))
            return False
        if lock.at == draft.locks_at:
            return False
        was = draft.locks_at
        draft.locks_at, draft.lock_is_provisional = lock
        draft.window_changed_at = self._now
        self._add_event(draft, DraftEvent.Kind.LOCK_MOVED, locks_at=lock.at.isoformat(), was=was.isoformat())
        self._announcements.append(notifications.lock_moved(draft))
        return True

    def _void(self, draft: Draft, reason: str) -> None:
        """Void a draft. Its picks stay visible; its order is carried over to the next draft, which is created at once.

        The same holds for an order that the manager set for a draft that never opened.
        """
        draft.state, draft.voided_at, draft.void_reason = Draft.State.VOID, self._now, reason
        draft.turn_began_at = draft.turn_ends_at = draft.turn_reminder_at = draft.paused_at = None
        self._upcoming.release_race(draft)
        self._add_event(draft, DraftEvent.Kind.VOIDED, reason=reason)
        self._announcements.append(notifications.draft_voided(draft))

    def _retarget(self, draft: Draft) -> None:
        """Set the race of an upcoming draft to the one that locks first: races can change places in the calendar.

        The draft keeps its seed, so the published commitment stays valid, and the manager's planned order.
        """
        was = (draft.race, rules.LockTime(draft.locks_at, draft.lock_is_provisional))
        own = (draft.race, self._upcoming.lock_time(draft.race, self._upcoming.settings[draft.league_id]))
        race, lock = first_to_lock([own, *self._upcoming.unlocked_races(draft.league_id, self._now)])
        self._upcoming.assign_race(draft, race)
        set_window(draft, lock, self._now)
        self._changed_ids.add(draft.pk)
        self._announce_retargeting(draft, was)

    def _announce_retargeting(self, draft: Draft, was: tuple[Race, rules.LockTime]) -> None:
        """Notify players of another race or lock, but not of a provisional lock that gets its exact time."""
        race, lock = was
        tolerance = timedelta(days=1) if lock.is_provisional else timedelta(0)
        if draft.race != race:
            self._announcements.append(notifications.next_race_changed(draft))
        elif abs(draft.locks_at - lock.at) > tolerance:
            self._announcements.append(notifications.lock_moved(draft))

    def _add_event(self, draft: Draft, kind: str, **payload: Any) -> None:
        self._changed_ids.add(draft.pk)
        self._events.append(build_event(draft, kind, now=self._now, **payload))

    # -- all drafts ----------------------------------------------------------------------------------------------------

    def _start_turns(self, drafts: Sequence[Draft]) -> None:
        slots = open_slots_of(drafts)
        for draft in drafts:
            set_clock(draft, slots[draft.pk], self._now)

    def _save(self) -> None:
        changed = [draft for draft in self._drafts if draft.pk in self._changed_ids]
        Draft.objects.bulk_update(changed, self.UPDATED_FIELDS, batch_size=UPDATE_BATCH_SIZE)
        append_events(self._events)
        notifications.notify_players(self._announcements, now=self._now)
        schedule_next_drafts(list(self._leagues.values()), self._upcoming, now=self._now)
