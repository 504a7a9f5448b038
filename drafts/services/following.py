"""What becomes of drafts when their race moves, is cancelled or comes back, for any number of leagues at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from fantasyf1.kit.transactions import atomic
from leagues.models import League
from races.models import Race

from .. import rules
from ..models import Draft, DraftEvent
from ..selectors import BEFORE_THE_LOCK, open_slots_of
from . import news
from .events import log_all, next_event
from .scheduling import Outlook, first_to_lock, move, schedule_next
from .turns import set_clock

# A race that moves further than this is drafted anew (the game's rules, Season and races).
FURTHEST_MOVE = timedelta(days=7)
# How many leagues are read and written together: each portion takes as many statements as one league would.
AT_ONCE = 1000
# How many rows an UPDATE of many values has, which grows longer with each.
ROWS = 250


@atomic
def follow_race(*, race: Race, now: datetime) -> None:
    """Bring the drafts into line with a race's calendar: locks move along, drafts are void, or another race is next."""
    race = Race.objects.get(pk=race.pk)  # Whoever changed it may still hold the sessions as they were.
    leagues = _hold_leagues(race)
    for start in range(0, len(leagues), AT_ONCE):
        _Following(race, leagues[start : start + AT_ONCE], now).follow()


def _hold_leagues(race: Race) -> list[League]:
    """Lock the leagues that the race concerns, in one go and in order: next drafts are made under them."""
    leagues = Draft.objects.standing().filter(_concerned(race)).values("league")
    return list(League.objects.select_for_update(no_key=True).filter(pk__in=leagues).order_by("pk"))


def _concerned(race: Race) -> Q:
    """The drafts for the race, and those of its season that may be for another one than they should."""
    return Q(race=race) | Q(race__season=race.season_id, state=Draft.State.UPCOMING)


class _Following:
    """What becomes of the drafts of some leagues: first found out for each, then written for all."""

    WRITTEN = (
        "race", "opens_at", "locks_at", "lock_is_provisional", "state", "voided_at", "void_reason", "turn_began_at",
        "turn_ends_at", "paused_at", "last_seq",
    )  # fmt: skip

    def __init__(self, race: Race, leagues: Sequence[League], now: datetime) -> None:
        self._race, self._leagues, self._now = race, {league.pk: league for league in leagues}, now
        self._outlook = Outlook(race.season_id, self._leagues)
        self._drafts = self._held()
        self._first_locks = self._find_first_locks()
        self._changed: set[int] = set()
        self._events: list[DraftEvent] = []
        self._tellings: list[news.Telling] = []

    def follow(self) -> None:
        own = [draft for draft in self._drafts if draft.race_id == self._race.pk]
        moved = [draft for draft in own if self._follow(draft)]
        self._start_turns(moved)
        for draft in self._drafts:
            if draft.state == Draft.State.UPCOMING:
                self._aim(draft)
        self._write()

    def _held(self) -> list[Draft]:
        """The drafts, locked league by league; those of a league share its row, and those of a race its sessions."""
        drafts = Draft.objects.standing().filter(_concerned(self._race), league__in=self._leagues)
        rows = drafts.select_for_update(no_key=True, of=("self",)).select_related("settings")
        held = list(rows.order_by("league_id", "pk"))
        for draft in held:
            draft.league, draft.race = self._leagues[draft.league_id], self._outlook.races[draft.race_id]
        return held

    def _find_first_locks(self) -> dict[int, datetime]:
        """When drafts whose lock has moved would have locked as they opened, by draft."""
        moves = DraftEvent.objects.filter(
            draft__in=[draft.pk for draft in self._drafts if draft.race_id == self._race.pk],
            kind=DraftEvent.Kind.LOCK_MOVED,
            payload__has_key="was",
        )
        # The last one written wins, which is the first move.
        found = moves.order_by("-seq").values_list("draft", "payload")
        return {draft: datetime.fromisoformat(payload["was"]) for draft, payload in found}

    # -- one draft -----------------------------------------------------------------------------------------------------

    def _follow(self, draft: Draft) -> bool:
        """See what the race's own draft makes of it. True where its lock has moved."""
        if self._race.state == Race.State.CANCELLED:
            self._void(draft, "The race was cancelled.")
        elif draft.state not in BEFORE_THE_LOCK:
            return False
        elif self._race.state == Race.State.POSTPONED:
            self._void(draft, "The race was postponed.")
        elif draft.state != Draft.State.UPCOMING:  # Such a one is aimed with the others.
            return self._move_open(draft)
        return False

    def _move_open(self, draft: Draft) -> bool:
        lock = self._outlook.lock(draft.race, draft.settings or self._outlook.settings[draft.league_id])
        # Two moves of six days each are one of twelve.
        if abs(lock.at - self._first_locks.get(draft.pk, draft.locks_at)) > FURTHEST_MOVE:
            self._void(draft, "The race moved by more than 7 days: it is drafted anew.")
            return False
        if lock.at == draft.locks_at:
            return False
        was = draft.locks_at
        draft.locks_at, draft.lock_is_provisional = lock
        self._note(draft, DraftEvent.Kind.LOCK_MOVED, locks_at=lock.at.isoformat(), was=was.isoformat())
        self._tellings.append(news.moved_lock(draft))
        return True

    def _void(self, draft: Draft, reason: str) -> None:
        """End a draft without effect: its picks stay visible, its order is carried over to the next one, made at once.

        So is an order that the manager had set for a draft that never opened.
        """
        draft.state, draft.voided_at, draft.void_reason = Draft.State.VOID, self._now, reason
        draft.turn_began_at = draft.turn_ends_at = draft.paused_at = None
        self._outlook.forget_draft(draft)
        self._note(draft, DraftEvent.Kind.VOIDED, reason=reason)
        self._tellings.append(news.void(draft))

    def _aim(self, draft: Draft) -> None:
        """Point an upcoming draft at the race that locks first: a race may fall behind another, or come back before it.

        The draft's seed, and with it the commitment that was shown, and the manager's plan go along.
        """
        was = (draft.race, rules.Lock(draft.locks_at, draft.lock_is_provisional))
        own = (draft.race, self._outlook.lock(draft.race, self._outlook.settings[draft.league_id]))
        draft.race, lock = first_to_lock([own, *self._outlook.ahead(draft.league_id, self._now)])
        move(draft, lock)
        self._changed.add(draft.pk)
        self._tell_of_other_aim(draft, was)

    def _tell_of_other_aim(self, draft: Draft, was: tuple[Race, rules.Lock]) -> None:
        """Tell the players of another race or lock. A lock that gets its hour with the timetable is no news."""
        race, lock = was
        tolerance = timedelta(days=1) if lock.is_provisional else timedelta(0)
        if draft.race != race:
            self._tellings.append(news.other_race(draft))
        elif abs(draft.locks_at - lock.at) > tolerance:
            self._tellings.append(news.moved_lock(draft))

    def _note(self, draft: Draft, kind: str, **payload: Any) -> None:
        self._changed.add(draft.pk)
        self._events.append(next_event(draft, kind, now=self._now, **payload))

    # -- all of them ---------------------------------------------------------------------------------------------------

    def _start_turns(self, drafts: Sequence[Draft]) -> None:
        slots = open_slots_of(drafts)
        for draft in drafts:
            set_clock(draft, slots[draft.pk], self._now)

    def _write(self) -> None:
        changed = [draft for draft in self._drafts if draft.pk in self._changed]
        Draft.objects.bulk_update(changed, self.WRITTEN, batch_size=ROWS)
        log_all(self._events)
        news.tell(self._tellings, now=self._now)
        left = [draft.league for draft in changed if draft.state == Draft.State.VOID]
        if left:
            schedule_next(left, lambda: self._outlook, now=self._now)
