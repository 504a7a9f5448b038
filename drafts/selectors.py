"""Reads of drafts: board, turn, free drivers, wish lists, and which drafts are due."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext as _

from accounts.models import User, UserOrAnonymous
from constructors.models import Constructor
from constructors.selectors import constructors_in, own_constructors
from core.errors import Refused
from core.querysets import values_as_dicts
from leagues.models import Invitation, League, SettingsVersion, SkippedRace
from leagues.selectors import absent_managers, current_settings, invitations_of, leagues_visible_to
from races.models import Driver, Entry, Race, Team

from . import rules
from .models import IN_PROGRESS_STATES, Draft, DraftEvent, Pick, Slot, SpectatorLink, WishListItem

UNLOCKED_STATES = (Draft.State.UPCOMING, *IN_PROGRESS_STATES)
# Ordering by relevance: first the drafts that are not locked, next race first; then the others, latest first.
CURRENT_FIRST_ORDERING = (
    Case(When(state__in=UNLOCKED_STATES, then="race__race_date")).asc(nulls_last=True),
    "-race__race_date",
    "-pk",
)
# Of the drafts for one race: first the draft that is not void, then the one that was voided last.
VOID_LAST_ORDERING = (Case(When(state=Draft.State.VOID, then=1), default=0), "-voided_at", "-pk")


def drafts_visible_to(user: UserOrAnonymous) -> QuerySet[Draft]:
    return Draft.objects.filter(league__in=leagues_visible_to(user)).select_related(
        "league", "race__season", "settings"
    )


def current_draft(league: League) -> Draft | None:
    """Return the league's current draft: the one that is not locked yet, otherwise the latest."""
    return _current_first(league).first()


def current_draft_and_opening(league: League) -> tuple[Draft | None, "DraftOpening | None"]:
    """Return the current draft with the given league, and how it opens if it is upcoming. One query."""
    draft = with_opening_counts(_current_first(league)).first()
    if draft is None:
        return None, None
    draft.league = league
    return draft, counted_opening(draft) if draft.state == Draft.State.UPCOMING else None


def _current_first(league: League) -> QuerySet[Draft]:
    drafts = Draft.objects.not_void().filter(league=league).select_related("race__circuit", "race__season", "settings")
    return drafts.order_by(*CURRENT_FIRST_ORDERING)


def draft_of(league: League, race: Race) -> Draft | None:
    """Return the draft for this race that is not void, otherwise the one that was voided last."""
    drafts = Draft.objects.filter(league=league, race=race).select_related("league", "race__season", "settings")
    return drafts.order_by(*VOID_LAST_ORDERING).first()


def first_races_by_settings(league: League) -> dict[int, str]:
    """Return the name of the first race that was drafted under each version of the settings, by its id. One query."""
    drafts = Draft.objects.not_void().filter(league=league).exclude(settings=None).order_by("-race__race_date")
    return dict(drafts.values_list("settings", "race__name"))


def players_of(leagues: Collection[int]) -> dict[int, list[User]]:
    """Return the current players of each league, by league id, without bots."""
    players: dict[int, list[User]] = defaultdict(list)
    playing = Constructor.objects.active().filter(league__in=leagues, is_bot=False)
    for constructor in playing.select_related("owner"):
        if constructor.owner is not None:
            players[constructor.league_id].append(constructor.owner)
    return players


def calendar_drafts(user: User, now: datetime) -> QuerySet[Draft]:
    """Return the drafts for a player's calendar: upcoming ones, and those of the last two months, also void ones.

    With `last_event_at`, the time of the latest event.
    """
    latest = DraftEvent.objects.filter(draft=OuterRef("pk")).order_by("-seq").values("happened_at")[:1]
    drafts = Draft.objects.filter(
        league__in=own_constructors(user).values("league"),
        league__archived_at=None,
        race__race_date__gte=_calendar_begins_on(now),
    )
    drafts = drafts.annotate(last_event_at=Subquery(latest)).select_related("league", "race")
    return drafts.order_by("race__race_date", "league__name", "pk")


def calendar_races(user: User, now: datetime) -> QuerySet[Race]:
    """Return the races for a player's calendar: those of the seasons of their leagues, from two months ago on."""
    leagues = League.objects.filter(pk__in=own_constructors(user).values("league"), archived_at=None)
    races = Race.objects.filter(season__in=leagues.values("season"), race_date__gte=_calendar_begins_on(now))
    return races.prefetch_related("sessions").order_by("race_date", "round")


def _calendar_begins_on(now: datetime) -> date:
    return now.date() - timedelta(days=60)


def own_turns(user: User, drafts: Collection[Draft]) -> list[tuple[Slot, Draft]]:
    """Return the turns of the player that are running in these drafts, if they have a deadline."""
    timed = [draft for draft in drafts if draft.state == Draft.State.OPEN and draft.turn_ends_at]
    open_now = open_slots_of(timed)
    turns = [(open_now[draft.pk][0], draft) for draft in timed if open_now[draft.pk]]
    return [(slot, draft) for slot, draft in turns if slot.constructor.owner_id == user.pk]


def leagues_without_a_draft(now: datetime) -> Iterable[League]:
    """Return leagues that have a race ahead, but no unlocked draft."""
    unlocked = Draft.objects.filter(league=OuterRef("pk"), state__in=UNLOCKED_STATES)
    ahead = _counting_races().filter(season=OuterRef("season"), race_date__gte=now.date() - timedelta(days=1))
    return (
        League.objects.filter(~Exists(unlocked), Exists(ahead), archived_at=None)
        .select_related("season")
        .order_by("pk")
    )


def drafted_races(leagues: Collection[int]) -> dict[int, set[int]]:
    """Return the ids of the races that each league has a draft for, by league id. Ignores void drafts."""
    races: dict[int, set[int]] = defaultdict(set)
    for league, race in Draft.objects.not_void().filter(league__in=leagues).values_list("league", "race"):
        races[league].add(race)
    return races


def skipped_races_of(leagues: Collection[int]) -> dict[int, set[int]]:
    """Return the ids of the races that each league skips, by league id."""
    races: dict[int, set[int]] = defaultdict(set)
    for league, race in SkippedRace.objects.filter(league__in=leagues).order_by().values_list("league", "race"):
        races[league].add(race)
    return races


def races_ahead(league: League, now: datetime) -> QuerySet[Race]:
    """Return the races of the league's season that count and have not started, in the order of the calendar."""
    return _counting_races().filter(season=league.season_id, race_date__gte=now.date()).select_related("circuit")


def has_picks(league: League) -> bool:
    """Return whether anybody has ever picked in the league."""
    return Pick.objects.filter(draft__league=league).exists()


def leagues_waiting_for_absent_managers(now: datetime) -> list[League]:
    """Return the leagues with a draft that waits for a manager who has not been seen for long."""
    return [draft.league for draft in drafts_waiting_for_absent_managers(now)]


def drafts_waiting_for_absent_managers(now: datetime) -> list[Draft]:
    """Return the drafts that wait for a manager who has not been seen for long.

    They wait for their start, for the end of a pause, or for the manager's own pick.
    """
    managers = {membership.league_id: membership for membership in absent_managers(now)}
    drafts = list(Draft.objects.filter(league__in=managers, state__in=UNLOCKED_STATES).select_related("league"))
    waiting_for_start = {pk for pk, opening in openings(drafts).items() if opening.waits_for_start}
    turns = {pk: turn.slot.constructor for pk, turn in turns_of(drafts, (), now).items() if turn.slot}
    return [
        draft
        for draft in drafts
        if draft.state == Draft.State.PAUSED
        or (draft.pk in waiting_for_start and draft.opens_at <= now)
        or (draft.pk in turns and turns[draft.pk].owner_id == managers[draft.league_id].user_id)
    ]


def _counting_races() -> QuerySet[Race]:
    return Race.objects.exclude(state__in=(Race.State.CANCELLED, Race.State.POSTPONED)).order_by("race_date", "round")


def due_to_open(now: datetime) -> QuerySet[Draft]:
    """Return the upcoming drafts that open by themselves at `now`; `DraftOpening.is_due` says the same of one draft."""
    upcoming = with_opening_counts(Draft.objects.filter(state=Draft.State.UPCOMING, league__archived_at=None))
    starts_at_once = Q(league__first_draft_start=League.FirstDraftStart.NOW)
    opens_with_window = Q(
        league__first_draft_start=League.FirstDraftStart.WINDOW,
        league__created_at__lt=F("opens_at"),
        people_in_time__gte=rules.MIN_CONSTRUCTORS,
    )
    has_waited = Q(locks_at__lte=now + rules.MIN_TIME_TO_DRAFT) | Q(
        locks_at__lte=now + rules.TIME_TO_DRAFT, league__created_at__lte=now - rules.TIME_TO_GATHER
    )
    first = Q(has_drafted=False, constructors_in__gte=rules.MIN_CONSTRUCTORS, locks_at__gt=now) & (
        starts_at_once | has_waited | (Q(opens_at__lte=now) & opens_with_window)
    )
    return (
        upcoming.filter(Q(opens_at__lte=now) | starts_at_once)
        .filter(Q(opens_at__lte=now, has_drafted=True) | first)
        .select_related("league__season", "race__season")
        .order_by("league_id", "pk")
    )


def due_to_lock(now: datetime) -> QuerySet[Draft]:
    return Draft.objects.filter(state__in=IN_PROGRESS_STATES, locks_at__lte=now).order_by("pk")


def missed_first_drafts(now: datetime) -> QuerySet[Draft]:
    """Return the first drafts of leagues that never opened and whose lock has passed."""
    upcoming = Draft.objects.filter(state=Draft.State.UPCOMING, locks_at__lte=now, league__archived_at=None)
    return upcoming.filter(~Exists(_picks_of_league())).order_by("pk")


@dataclass(frozen=True)
class DraftOpening:
    """How an upcoming draft opens. `is_first`: no draft of the league has a pick, so it has a lobby.

    `opens_by` is when it opens by itself. `waits_for_start` means that the manager is to start it before that.
    """

    is_first: bool
    waits_for_start: bool
    opens_by: datetime
    constructors: int
    locks_at: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether the draft opens by itself at `now`."""
        if not self.is_first:
            return self.opens_by <= now
        return self.constructors >= rules.MIN_CONSTRUCTORS and self.opens_by <= now < self.locks_at


def opening_of(draft: Draft) -> DraftOpening:
    """Return how this upcoming draft opens."""
    return openings([draft])[draft.pk]


def openings(drafts: Iterable[Draft]) -> dict[int, DraftOpening]:
    """Return how the upcoming ones of these drafts open, by draft id, in one query."""
    pks = [draft.pk for draft in drafts if draft.state == Draft.State.UPCOMING]
    if not pks:
        return {}
    counted = with_opening_counts(Draft.objects.filter(pk__in=pks)).select_related("league").order_by("pk")
    return {draft.pk: counted_opening(draft) for draft in counted}


def counted_opening(draft: Any) -> DraftOpening:
    """Return how an upcoming draft opens that has its league and the annotations of `with_opening_counts`."""
    opening = rules.Opening(waits_for_start=False, opens_by=draft.opens_at)
    if not draft.has_drafted:
        opening = rules.first_draft_opening(
            start=draft.league.first_draft_start,
            created_at=draft.league.created_at,
            opens_at=draft.opens_at,
            locks_at=draft.locks_at,
            people=draft.people_in_time,
        )
    return DraftOpening(not draft.has_drafted, *opening, draft.constructors_in, draft.locks_at)


def with_opening_counts(drafts: QuerySet[Draft]) -> QuerySet[Draft]:
    """Annotate what decides how upcoming drafts open: whether the league has drafted, and who is in it.

    `people_in_time` counts the people who had joined by the opening of the window.
    """
    constructors = Constructor.objects.active().filter(league=OuterRef("league")).order_by().values("league")
    people = constructors.filter(is_bot=False, joined_at__lte=OuterRef("opens_at"))
    return drafts.annotate(
        has_drafted=Exists(_picks_of_league()),
        constructors_in=Coalesce(Subquery(constructors.annotate(count=Count("pk")).values("count")), 0),
        people_in_time=Coalesce(Subquery(people.annotate(count=Count("pk")).values("count")), 0),
    )


def _picks_of_league() -> QuerySet[Pick]:
    return Pick.objects.filter(draft__league=OuterRef("league"))


def is_first_draft(draft: Draft) -> bool:
    """Whether no other draft of the league has a pick."""
    return not Pick.objects.filter(draft__league=draft.league_id).exclude(draft=draft).exists()


def has_lobby(draft: Draft | None) -> bool:
    """Whether the players of this draft gather in a lobby: it is their league's first, and has not opened."""
    return draft is not None and draft.state == Draft.State.UPCOMING and is_first_draft(draft)


def is_everyone_ready(draft: Draft) -> bool:
    """Whether everyone in the league has pressed Ready. The only player of a league that plays with bots is ready."""
    people = set(constructors_in(draft.league).filter(is_bot=False).values_list("pk", flat=True))
    if len(people) == 1 and draft.league.first_draft_start == League.FirstDraftStart.NOW:
        return True
    return people <= set(draft.ready_constructors.values_list("pk", flat=True))


@dataclass(frozen=True)
class LobbyMember:
    """Somebody in the lobby. Bots are always ready."""

    constructor: Constructor
    is_ready: bool


@dataclass(frozen=True)
class Lobby:
    """Who is in the lobby of a league's first draft, who is invited, and how the draft opens.

    `invited` are the names of people with a pending invitation; `invited_by_email` counts the others.
    """

    draft: Draft
    opening: DraftOpening
    members: list[LobbyMember]
    invited: list[str]
    invited_by_email: int

    @property
    def people(self) -> list[LobbyMember]:
        return [member for member in self.members if not member.constructor.is_bot]

    @property
    def ready(self) -> int:
        return sum(member.is_ready for member in self.people)

    @property
    def can_start(self) -> bool:
        return self.opening.constructors >= rules.MIN_CONSTRUCTORS

    @property
    def has_others(self) -> bool:
        """Whether there is anybody to nudge: another player, or somebody who is invited."""
        return len(self.people) > 1 or bool(self.invited or self.invited_by_email)

    @property
    def version(self) -> str:
        """Changes whenever the page would."""
        members = [(member.constructor.pk, member.constructor.name, member.is_ready) for member in self.members]
        shown = (self.draft.pk, self.draft.locks_at, self.opening, members, self.invited, self.invited_by_email)
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]

    def own(self, user: User) -> LobbyMember | None:
        return next((member for member in self.people if member.constructor.owner_id == user.pk), None)


def lobby_of(draft: Draft, opening: DraftOpening | None = None) -> Lobby:
    """Load the lobby of an upcoming first draft: people in the order of joining, then bots.

    `opening` is how the draft opens, if it is known. Two queries then, otherwise three.
    """
    is_ready = Exists(draft.ready_constructors.through.objects.filter(draft=draft, constructor=OuterRef("pk")))
    constructors: list[Any] = list(constructors_in(draft.league).annotate(is_ready=is_ready))
    constructors.sort(key=lambda constructor: constructor.is_bot)
    members = [LobbyMember(constructor, constructor.is_bot or constructor.is_ready) for constructor in constructors]
    pending = list(invitations_of(draft.league).filter(state=Invitation.State.PENDING))
    names = sorted(invitation.user.shown_name for invitation in pending if invitation.user is not None)
    return Lobby(draft, opening or opening_of(draft), members, names, len(pending) - len(names))


def first_pick_hold(draft: Draft, now: datetime) -> datetime | None:
    """Return until when bots and autodraft may not pick, because this is a league's first pick; None if they may."""
    until = draft.first_pick_hold_until
    return until if until is not None and now < until and not draft.picks.exists() else None


def next_draft(league: League) -> tuple[Draft | None, bool]:
    """Return the unlocked draft of the league, if there is one, and whether it has a pick. One query."""
    ahead = _unlocked_drafts([league]).annotate(has_picks=Exists(Pick.objects.filter(draft=OuterRef("pk"))))
    draft: Any = ahead.order_by("race__race_date").first()
    return draft, draft is not None and draft.has_picks


def newcomer_sentence(league: League, draft: Draft | None, *, has_begun: bool) -> str:
    """Tell somebody who joins now from when they play: from the next draft on that has no pick yet.

    `draft` is the league's next draft, `has_begun` whether it has a pick.
    """
    if draft is None or league.archived_at is not None:
        return ""
    if not has_begun:
        return _("You play from the %(race)s on.") % {"race": draft.race.name}
    sentence = _("The draft for the %(race)s has begun without you. You play from the race after it on.")
    return sentence % {"race": draft.race.name}


def opened_drafts(league: League) -> QuerySet[Draft]:
    """Return every draft of the league that has opened, including void ones, latest first."""
    return Draft.objects.filter(league=league).exclude(opened_at=None).order_by("-opened_at", "-pk")


def follows_last_season(draft: Draft) -> bool:
    """Whether the order of this upcoming draft is last season's in reverse: the first draft of a continued league."""
    is_continued = draft.state == Draft.State.UPCOMING and draft.league.opening_order is not None
    return is_continued and not opened_drafts(draft.league).exists()


def settings_in_force(league: League) -> SettingsVersion:
    """Return the settings version of the league's latest draft; before its first draft, the current version."""
    latest = opened_drafts(league).exclude(settings=None).select_related("settings__created_by").first()
    return latest.settings if latest and latest.settings else current_settings(league)


def draft_order(draft: Draft) -> list[int]:
    """Return the constructor ids in draft order, which is the order of their first slots."""
    numbers = draft.slots.order_by("number").values_list("constructor_id", flat=True)
    return list(dict.fromkeys(numbers))


@dataclass(frozen=True)
class Draw:
    """A random order with its proof. `drawn` are the constructors that took part when the draft opened, in the order of
    the draw; `added` joined between the opening and the first pick.

    `replaced` has, by the id of a bot that was drawn, the person's constructor that has taken its place.
    """

    drawn: list[Constructor]
    added: list[Constructor]
    replaced: dict[int, Constructor]


def draw_of(draft: Draft, current: Sequence[int] | None = None) -> Draw | None:
    """Return the draw of a draft; None if its order was not drawn. `current` is the draft's order, if it is known."""
    if draft.order_source != Draft.OrderSource.RANDOM:
        return None
    events = draft.events.filter(kind__in=(DraftEvent.Kind.OPENED, DraftEvent.Kind.SLOTS_ADDED)).order_by("seq")
    opened, *added = events.values_list("payload", flat=True)
    if current is None:
        current = draft_order(draft)
    late = [pk for pk in current if pk not in opened["order"]]
    constructors = Constructor.objects.in_bulk([*opened["order"], *late])
    replaced = {
        payload["bot_id"]: constructors.get(payload["constructor_id"]) for payload in added if "bot_id" in payload
    }
    places = {bot: newcomer for bot, newcomer in replaced.items() if newcomer is not None}
    return Draw(
        drawn=[constructors[pk] for pk in rules.drawn_order(opened["order"], draft.order_seed)],
        added=[constructors[pk] for pk in late if constructors[pk] not in places.values()],
        replaced=places,
    )


def newcomers_of(draft: Draft) -> set[int]:
    """Return the constructors whose first draft this was, if the league had drafted before. Ignores void drafts."""
    earlier = opened_drafts(draft.league).filter(opened_at__lt=draft.opened_at).exclude(state=Draft.State.VOID)
    if not earlier.exists():
        return set()
    before = set(Slot.objects.filter(draft__in=earlier).values_list("constructor_id", flat=True))
    return set(draft_order(draft)) - before


def unfilled_slots(draft: Draft) -> QuerySet[Slot]:
    """Slots without a pick, including those whose turn has passed, but not those for which no driver was left."""
    return draft.slots.filter(picks=None, voided_at=None).select_related("constructor__owner").order_by("number")


def open_slots(draft: Draft) -> QuerySet[Slot]:
    """Slots whose turn is now or still to come, in slot order."""
    return unfilled_slots(draft).filter(passed_at=None)


def open_slots_of(drafts: Sequence[Draft]) -> dict[int, list[Slot]]:
    """As `open_slots`, for many drafts in one query, by draft id."""
    unfilled = unfilled_slots_of(drafts)
    return defaultdict(list, {pk: [slot for slot in slots if slot.passed_at is None] for pk, slots in unfilled.items()})


def unfilled_slots_of(drafts: Collection[Draft]) -> dict[int, list[Slot]]:
    """As `unfilled_slots`, for many drafts in one query, by draft id."""
    unfilled: dict[int, list[Slot]] = defaultdict(list)
    slots = Slot.objects.filter(draft__in=drafts, picks=None, voided_at=None).select_related("constructor__owner")
    for slot in slots.order_by("number"):
        unfilled[slot.draft_id].append(slot)
    return unfilled


def slot_to_fill(unfilled: Iterable[Slot], constructor: Constructor, *, turn: Slot | None) -> Slot | None:
    """Return the slot that a pick of this constructor would fill: its turn, otherwise one whose turn has passed."""
    if turn is not None and turn.constructor_id == constructor.pk:
        return turn
    passed = (slot for slot in unfilled if slot.constructor_id == constructor.pk and slot.passed_at is not None)
    return next(passed, None)


def latest_picks(draft: Draft) -> QuerySet[Pick]:
    """Return the picks of a draft, latest first.

    Ordered by primary key, which is assigned under the draft's lock, and not by `picked_at`: the clocks of two
    processes may differ by more than the time between two picks.
    """
    return Pick.objects.filter(draft=draft).select_related("slot__constructor", "entry__driver").order_by("-pk")


def picked_entries(draft: Draft, constructor: Constructor) -> list[Entry]:
    """Return the constructor's entries in this draft, in slot order."""
    picks = Pick.objects.filter(draft=draft, slot__constructor=constructor).select_related("entry")
    return [pick.entry for pick in picks.order_by("slot__number")]


def wishes_of(constructor: Constructor) -> list[rules.Wish]:
    """Return the wish list in its order."""
    wishes = WishListItem.objects.filter(constructor=constructor).exclude(place=None).order_by("place")
    return [rules.Wish(wish.driver_id, wish.not_with_first_team) for wish in wishes]


def unwanted_of(constructor: Constructor) -> set[int]:
    """Return the ids of the drivers on the do-not-draft list."""
    return set(WishListItem.objects.filter(constructor=constructor, place=None).values_list("driver_id", flat=True))


@dataclass(frozen=True)
class PlayerLists:
    """The wish list and the do-not-draft list of a constructor, with the drivers."""

    items: Sequence[WishListItem] = ()

    @property
    def wishes(self) -> list[WishListItem]:
        """The wish list in its order."""
        return sorted((item for item in self.items if item.place is not None), key=lambda item: item.place or 0)

    @property
    def unwanted(self) -> list[Driver]:
        """The do-not-draft list, by name."""
        return sorted((item.driver for item in self.items if item.place is None), key=str)


def lists_of(constructor: Constructor) -> PlayerLists:
    """Return both lists of a constructor. One query."""
    return PlayerLists(list(WishListItem.objects.filter(constructor=constructor).select_related("driver")))


@dataclass(frozen=True)
class ConstructorsToPlay:
    """The constructors that a user can pick for in a league: their own, with its lists, and those whose deputy they
    are."""

    own: Constructor | None = None
    lists: PlayerLists = PlayerLists()
    deputized: Sequence[Constructor] = ()


def constructors_to_play(user: UserOrAnonymous, league: League) -> ConstructorsToPlay:
    """Load the constructors that the user can pick for. One query, with a row for each driver on their lists."""
    if not user.is_authenticated:
        return ConstructorsToPlay()
    wishes = FilteredRelation("wishes", condition=Q(owner=user))
    playing: Any = constructors_in(league).filter(Q(owner=user) | Q(deputy=user)).annotate(item=wishes)
    rows = list(playing.select_related("item__driver"))
    constructors: list[Constructor] = list({row.pk: row for row in rows}.values())
    for constructor in constructors:
        constructor.league = league
    return ConstructorsToPlay(
        own=next((constructor for constructor in constructors if constructor.owner_id == user.pk), None),
        lists=PlayerLists([row.item for row in rows if hasattr(row, "item")]),
        deputized=[constructor for constructor in constructors if constructor.deputy_id == user.pk],
    )


def slot_on_the_clock(draft: Draft) -> Slot | None:
    """The slot that services fill next: the lowest open slot of an open draft. Pages and the API ask `turn_of`."""
    return open_slots(draft).first() if draft.state == Draft.State.OPEN else None


@dataclass(frozen=True)
class Turn:
    """Whose turn it is in a draft, and whether it is the reader's: the answer of every page and of the API.

    `slot` is the lowest open slot of a draft that is open or paused, until the lock; None if nobody is on the clock.
    `is_mine`: the reader is on the clock and can pick. `is_overdue`: a turn of the reader has passed without a pick,
    and they can still make it.
    """

    slot: Slot | None = None
    is_mine: bool = False
    is_overdue: bool = False

    @property
    def can_pick(self) -> bool:
        return self.is_mine or self.is_overdue


def turn_of(draft: Draft, own: Constructor | None, now: datetime) -> Turn:
    """Whose turn it is, for the reader whose constructor in this league is `own`."""
    return turns_of([draft], [own.pk] if own else [], now)[draft.pk]


def turns_of(drafts: Collection[Draft], own: Collection[int], now: datetime) -> dict[int, Turn]:
    """As `turn_of`, for many drafts in one query, by draft id. `own` holds the ids of the reader's constructors."""
    unfilled = unfilled_slots_of(drafts)
    return {draft.pk: _turn(draft, unfilled[draft.pk], own, now) for draft in drafts}


def _turn(draft: Draft, unfilled: Sequence[Slot], own: Collection[int], now: datetime) -> Turn:
    """Whose turn it is, from the unfilled slots in slot order."""
    if draft.state not in (Draft.State.OPEN, Draft.State.PAUSED) or now >= draft.locks_at:
        return Turn()
    slot = next((slot for slot in unfilled if slot.passed_at is None), None)
    if draft.state == Draft.State.PAUSED:
        return Turn(slot)
    passed = {slot.constructor_id for slot in unfilled if slot.passed_at is not None}
    return Turn(slot, slot is not None and slot.constructor_id in own, not passed.isdisjoint(own))


def has_turn(draft: int, constructor: int, round_number: int, now: datetime) -> bool:
    """Whether the constructor is on the clock in this round of the draft, and can pick. Arguments are ids."""
    found = Draft.objects.filter(pk=draft).first()
    turn = turns_of([found], [constructor], now)[found.pk] if found else Turn()
    return turn.is_mine and turn.slot is not None and turn.slot.round == round_number


def has_unfilled_slot(draft: int, constructor: int, now: datetime, *, round_number: int | None = None) -> bool:
    """Whether the constructor has a pick left, in this round or in any, and the draft is not past its lock. By ids."""
    slots = Slot.objects.filter(draft=draft, constructor=constructor, picks=None, voided_at=None)
    if round_number is not None:
        slots = slots.filter(round=round_number)
    return slots.filter(draft__state__in=IN_PROGRESS_STATES, draft__locks_at__gt=now).exists()


def drivers_of(draft: int) -> dict[int, str]:
    """Return the names of the drivers that each constructor has picked in the draft, in slot order, by constructor."""
    names: dict[int, list[str]] = defaultdict(list)
    for pick in Pick.objects.filter(draft=draft).select_related("slot", "entry__driver").order_by("slot__number"):
        names[pick.slot.constructor_id].append(str(pick.entry.driver))
    return {constructor: ", ".join(drivers) for constructor, drivers in names.items()}


def driver_names(draft: int, constructor: int) -> str:
    """As `drivers_of`, for one constructor; empty if it has no pick."""
    return drivers_of(draft).get(constructor, "")


def free_entries(draft: Draft) -> QuerySet[Entry]:
    """Return the entries that can still be picked, by team and number."""
    return _entries(draft).exclude(pk__in=draft.picks.values("entry"))


def _entries(draft: Draft) -> QuerySet[Entry]:
    """The entries of the draft's race that take part in it, picked or not."""
    return Entry.objects.filter(race=draft.race_id, is_withdrawn=False).select_related("driver", "team")


def entry_of(race: Race, driver: Driver) -> Entry:
    """Look up a race entry by driver. Raises `Refused` if the driver is not entered."""
    entry = Entry.objects.filter(race=race, driver=driver).select_related("driver").first()
    if entry is None:
        raise Refused(
            _("%(driver)s is not entered for this race.") % {"driver": driver.family_name}, code="driver_not_entered"
        )
    return entry


def picks_of(draft: Draft) -> QuerySet[Pick]:
    return (
        Pick.objects.filter(draft=draft)
        .select_related("slot__constructor__owner", "entry__driver", "entry__team", "picked_by")
        .order_by("slot__number")
    )


def late_joiners(league: League) -> QuerySet[Constructor]:
    """Return the constructors that joined after their league had opened its first draft."""
    opened = Draft.objects.not_void().filter(league=league).exclude(opened_at=None)
    in_the_first = Slot.objects.filter(draft__in=opened.order_by("opened_at", "pk").values("pk")[:1])
    return Constructor.objects.filter(Exists(opened), league=league).exclude(pk__in=in_the_first.values("constructor"))


def current_drafts(leagues: Iterable[League | int]) -> dict[int, Draft]:
    """Return the unlocked draft of each league that has one, by league id; the next race if there are several."""
    return {draft.league_id: draft for draft in _unlocked_drafts(leagues).order_by("-race__race_date")}


def _unlocked_drafts(leagues: Iterable[League | int]) -> QuerySet[Draft]:
    ahead = Draft.objects.filter(league__in=leagues, state__in=UNLOCKED_STATES)
    return ahead.select_related("race__season", "settings")


def is_on_the_clock(constructor: Constructor, now: datetime) -> bool:
    """Return whether it is the constructor's turn in its league's draft."""
    draft = current_drafts([constructor.league]).get(constructor.league_id)
    turn = turn_of(draft, constructor, now) if draft else Turn()
    return turn.slot is not None and turn.slot.constructor_id == constructor.pk


@dataclass(frozen=True)
class BoardCell:
    """One slot of the board, with its pick, if any."""

    slot: Slot
    pick: Pick | None
    is_on_the_clock: bool


@dataclass(frozen=True)
class ListedDriver:
    """A driver in the room's list: the entry, its season points, and its pick; None for a free driver."""

    entry: Entry
    points: str
    pick: Pick | None


@dataclass(frozen=True)
class DraftRoom:
    """The data of a draft's page, read in a fixed number of queries.

    `waiting` holds the slots whose turn is now or still to come while the draft is open or paused. `free` holds free
    entries with their season points, in the order of the league's ranking.
    """

    draft: Draft
    order: list[Constructor]
    rounds: list[tuple[int, list[BoardCell]]]
    waiting: list[Slot]
    free: list[tuple[Entry, str]]

    def turn_for(self, own: Constructor | None, now: datetime) -> Turn:
        """As `turn_of`, without a query."""
        cells = sorted((cell for _, row in self.rounds for cell in row), key=lambda cell: cell.slot.number)
        unfilled = [cell.slot for cell in cells if cell.pick is None]
        return _turn(self.draft, unfilled, [own.pk] if own else [], now)

    def slot_to_fill(self, own: Constructor | None, turn: Turn) -> Slot | None:
        """The slot that a pick of this constructor would fill."""
        cells = (cell for _, row in self.rounds for cell in row)
        unfilled = [cell.slot for cell in cells if cell.pick is None and cell.slot.voided_at is None]
        slots = sorted(unfilled, key=lambda slot: slot.number)
        return slot_to_fill(slots, own, turn=turn.slot) if own else None

    @property
    def fillable(self) -> list[Slot]:
        """Slots that a manager can fill for a player: the one on the clock, and those whose turn has passed."""
        cells = [cell for _, row in self.rounds for cell in row if cell.pick is None]
        passed = [cell.slot for cell in cells if cell.slot.passed_at is not None and cell.slot.voided_at is None]
        return [*self.waiting[:1], *passed]

    @property
    def picks(self) -> list[Pick]:
        """All picks, round by round."""
        return [cell.pick for _, row in self.rounds for cell in row if cell.pick is not None]

    @property
    def out(self) -> list[Pick]:
        """Picks whose drivers will not take part, in slot order."""
        return [pick for pick in self.picks if pick.entry.is_withdrawn]

    @property
    def drivers(self) -> list[ListedDriver]:
        """The free drivers and those who are picked, in the order of the league's ranking."""
        holders = {pick.entry: pick for pick in self.picks}
        entries = _by_ranking(self.draft, [*holders, *(entry for entry, _ in self.free)])
        return [ListedDriver(entry, points, holders.get(entry)) for entry, points in entries]

    @property
    def teams(self) -> list[Team]:
        """The teams of the listed drivers, by name."""
        return sorted({listed.entry.team for listed in self.drivers if listed.entry.team}, key=str)

    @property
    def round_numbers(self) -> list[int]:
        return [number for number, _ in self.rounds]

    @property
    def rows(self) -> list[tuple[Constructor, list[BoardCell | None]]]:
        """The board by constructor, in draft order: its cell of every round, None where it has no slot."""
        by_round = [{cell.slot.constructor_id: cell for cell in cells} for _, cells in self.rounds]
        return [(constructor, [cells.get(constructor.pk) for cells in by_round]) for constructor in self.order]

    def cells_of(self, constructor: Constructor | None) -> list[BoardCell]:
        """Return the constructor's cells; empty if it is not in this draft."""
        cells = [cell for _, row in self.rounds for cell in row]
        return [cell for cell in cells if constructor and cell.slot.constructor_id == constructor.pk]

    def can_change(self, own: Constructor | None, now: datetime) -> bool:
        """As `can_change_pick`, without a query."""
        last = max(self.picks, key=lambda pick: pick.pk, default=None)
        return can_change_now(self.draft, own, now) and last is not None and last.slot.constructor == own

    def turns_before(self, constructor: Constructor | None) -> int | None:
        """Return how many turns come before the constructor's next one; None if it has none."""
        turns = [slot.constructor_id for slot in self.waiting]
        return turns.index(constructor.pk) if constructor and constructor.pk in turns else None


def draft_room(draft: Draft) -> DraftRoom:
    """Load the board, the turn and the free drivers of a draft."""
    cells = [] if draft.state == Draft.State.UPCOMING else slots_with_picks(draft)
    is_running = draft.state in (Draft.State.OPEN, Draft.State.PAUSED)
    done = {slot.number for slot, pick in cells if pick is not None or slot.passed_at or slot.voided_at}
    waiting = [slot for slot, _ in cells if slot.number not in done] if is_running else []
    turn = rules.lowest_unfilled((slot.number for slot, _ in cells), done) if is_running else None
    rounds: dict[int, list[BoardCell]] = {}
    for slot, pick in cells:
        rounds.setdefault(slot.round, []).append(BoardCell(slot, pick, slot.number == turn))
    order = list({slot.constructor_id: slot.constructor for slot, _ in cells}.values())
    # Not `free_entries`, which reads the picks again: a driver whose pick changes meanwhile would be missing, or be
    # listed twice.
    picked = {pick.entry_id for _, pick in cells if pick is not None}
    free = _by_ranking(draft, [entry for entry in _entries(draft) if entry.pk not in picked])
    return DraftRoom(draft, order, sorted(rounds.items()), waiting, free)


def slots_with_picks(draft: Draft) -> list[tuple[Slot, Pick | None]]:
    """The slots of a draft in their order, each with its pick and the pick's score, if there is one. One query."""
    joined = ("constructor__owner", "held__entry__driver", "held__entry__team", "held__picked_by", "held__score")
    slots = draft.slots.annotate(held=FilteredRelation("picks")).select_related(*joined)
    # Slots without a pick do not get the attribute.
    return [(slot, getattr(slot, "held", None)) for slot in slots.order_by("number")]


def free_by_ranking(draft: Draft) -> list[tuple[Entry, str]]:
    """Return the free entries with their season points, in the order of the league's default ranking."""
    return _by_ranking(draft, free_entries(draft))


def _by_ranking(draft: Draft, entries: Iterable[Entry]) -> list[tuple[Entry, str]]:
    points = dict(draft.ranking)
    places = {driver: place for place, driver in enumerate(points)}
    by_rank = sorted(entries, key=lambda entry: (places.get(entry.driver_id, len(places)), entry.driver.family_name))
    return [(entry, points.get(entry.driver_id, "0")) for entry in by_rank]


@dataclass(frozen=True)
class Board:
    """The slots of a draft in order, and `entries`, the picked entry id by slot id. Loaded in one query for a pick.

    `free` is the number of entries that can still be picked. Reliable only while the draft's row is locked.
    """

    draft: Draft
    slots: Sequence[Slot]
    entries: dict[int, int]
    free: int

    @property
    def unfilled(self) -> list[Slot]:
        """As `unfilled_slots`."""
        return [slot for slot in self.slots if slot.pk not in self.entries and slot.voided_at is None]

    @property
    def turn(self) -> Slot | None:
        """The slot whose turn it is: the lowest open slot of an open draft."""
        open_now = (slot for slot in self.unfilled if slot.passed_at is None)
        return next(open_now, None) if self.draft.state == Draft.State.OPEN else None

    def slot_to_fill(self, constructor: Constructor) -> Slot | None:
        return slot_to_fill(self.unfilled, constructor, turn=self.turn)

    def holder_of(self, entry: Entry) -> Constructor | None:
        """Return the constructor that holds this entry."""
        return next((slot.constructor for slot in self.slots if self.entries.get(slot.pk) == entry.pk), None)


def board_of(draft: Draft) -> Board:
    free = free_entries(draft).order_by().values("race").annotate(count=Count("pk")).values("count")
    slots = draft.slots.select_related("constructor__owner").annotate(entry=F("picks__entry"), free=Subquery(free))
    rows = list(slots.order_by("number"))
    entries = {slot.pk: slot.entry for slot in rows if slot.entry is not None}
    return Board(draft, rows, entries, free=rows[0].free or 0 if rows else 0)


def pick_context(board: Board, constructor: Constructor, now: datetime) -> rules.PickContext:
    """Return the draft in the form that the rules check when this constructor wants to pick."""
    draft, turn = board.draft, board.turn
    own = [slot for slot in board.slots if slot.constructor_id == constructor.pk]
    return rules.PickContext(
        state=draft.state,
        is_past_lock=now >= draft.locks_at,
        constructor=constructor.pk,
        slots=len(own),
        picks=sum(slot.pk in board.entries for slot in own),
        # A constructor whose turn has passed has lost the turn, not the pick.
        turn=constructor.pk if board.slot_to_fill(constructor) else turn.constructor_id if turn else None,
        turn_name=turn.constructor.name if turn else "",
    )


def can_change_pick(draft: Draft, constructor: Constructor | None, now: datetime) -> bool:
    """Whether the constructor made the last pick of the draft, which can be changed until the next one."""
    if constructor is None or not can_change_now(draft, constructor, now):
        return False
    last = latest_picks(draft).first()
    return last is not None and last.slot.constructor_id == constructor.pk


def can_change_now(draft: Draft, constructor: Constructor | None, now: datetime) -> bool:
    """Whether the state of the draft allows its players to change their last pick."""
    is_changeable = draft.state in (Draft.State.OPEN, Draft.State.COMPLETE) and now < draft.locks_at
    return constructor is not None and is_changeable


def can_substitute(draft: Draft, now: datetime) -> bool:
    """Whether the state of the draft allows players to substitute a driver."""
    return draft.state in (Draft.State.OPEN, Draft.State.COMPLETE) and now < draft.locks_at


def holds(draft: Draft, constructor: Constructor, entry: Entry) -> bool:
    """Whether the constructor holds this entry in the draft."""
    return Pick.objects.filter(draft=draft, slot__constructor=constructor, entry=entry).exists()


def withdrawn_driver_of(constructor: int | None) -> Subquery:
    """Subquery for drafts in progress: the full name of the constructor's first withdrawn driver."""
    picks = Pick.objects.filter(draft=OuterRef("pk"), slot__constructor=constructor, entry__is_withdrawn=True)
    name = Concat("entry__driver__given_name", Value(" "), "entry__driver__family_name")
    return Subquery(
        picks.filter(draft__state__in=IN_PROGRESS_STATES)
        .order_by("slot__number")
        .annotate(name=name)
        .values("name")[:1]
    )


def foreseen_picks(draft: Draft, constructor: Constructor, lists: PlayerLists, room: DraftRoom) -> list[Entry | None]:
    """Return the autopicks for the constructor's remaining picks, if it did nothing and nobody else picked."""
    cells = room.cells_of(constructor)
    free = {entry.driver_id: entry for entry, _points in room.free}
    settings = draft.settings or current_settings(draft.league)
    foreseen = rules.preview_autopicks(
        wishes=[rules.Wish(item.driver_id, item.not_with_first_team) for item in lists.wishes],
        do_not_draft={driver.pk for driver in lists.unwanted},
        ranking=[driver for driver, _points in draft.ranking],
        free={pk: entry.team_id for pk, entry in free.items()},
        picked_teams=[cell.pick.entry.team_id for cell in cells if cell.pick],
        picks_left=sum(cell.pick is None for cell in cells),
        autopicks=settings.autopicks,
    )
    return [free[pk] if pk is not None else None for pk in foreseen]


@dataclass(frozen=True)
class WishListPage:
    """The data of the wish list page: wishes with their drivers, unwanted drivers, and all others with their points.

    `entry_of` holds the entries of the current draft's race by driver id: it tells the team and the number.
    `foreseen` holds the autopicks that the lists would give in the current draft; None for no pick.
    """

    wishes: list[WishListItem]
    unwanted: list[Driver]
    others: list[tuple[Entry, str]]
    entry_of: dict[int, Entry]
    room: DraftRoom | None
    foreseen: list[Entry | None]

    @property
    def draft(self) -> Draft | None:
        return self.room.draft if self.room else None

    def is_on_the_clock(self, constructor: Constructor, now: datetime) -> bool:
        """As `is_on_the_clock`, without a query."""
        turn = self.room.turn_for(constructor, now) if self.room else Turn()
        return turn.slot is not None and turn.slot.constructor == constructor


def wish_list_page(constructor: Constructor, lists: PlayerLists) -> WishListPage:
    """Return the lists of a constructor, and the other drivers of the current draft's race. Three more queries."""
    draft = current_drafts([constructor.league_id]).get(constructor.league_id)
    if draft is not None:
        draft.league = constructor.league
    room = draft_room(draft) if draft else None
    listed = {item.driver_id for item in lists.items}
    return WishListPage(
        wishes=lists.wishes,
        unwanted=lists.unwanted,
        others=[(entry, points) for entry, points in (room.free if room else ()) if entry.driver_id not in listed],
        entry_of={line.entry.driver_id: line.entry for line in (room.drivers if room else ())},
        room=room,
        foreseen=foreseen_picks(room.draft, constructor, lists, room) if room else [],
    )


def league_to_watch(token: str) -> League | None:
    """Return the league that this spectator token belongs to; None for an unknown token."""
    link = SpectatorLink.objects.filter(token=token).select_related("league__season").first()
    return link.league if link else None


def spectator_link(league: League) -> SpectatorLink | None:
    return SpectatorLink.objects.filter(league=league).first()


def demonstration_link() -> SpectatorLink | None:
    """The spectator link of the demonstration league, for visitors of the site."""
    links = SpectatorLink.objects.filter(league__season__is_demonstration=True, league__archived_at=None)
    return links.select_related("league__season").order_by("league_id").first()


def exported_data(user: User) -> dict[str, Any]:
    """Return the user's picks, wish lists and actions as a manager, for the data export."""
    race = {"season": "draft__race__season__year", "race": "draft__race__name"}
    pick = {"driver": "entry__driver__ref", "team": "entry__team__ref", "source": "source", "picked_at": "picked_at"}
    for_others = Pick.objects.filter(picked_by=user).exclude(slot__constructor__owner=user)
    ready = Draft.ready_constructors.through.objects.filter(constructor__owner=user).order_by("pk")
    return {
        "ready_for_drafts": values_as_dicts(ready, constructor_id="constructor_id", **race),
        "picks": values_as_dicts(
            Pick.objects.filter(slot__constructor__owner=user).order_by("picked_at", "pk"),
            constructor_id="slot__constructor_id", **race, slot="slot__number", **pick,
        ),
        "picks_for_others": values_as_dicts(
            for_others.order_by("picked_at", "pk"), league_id="draft__league_id", **race, **pick
        ),
        "acts_in_drafts": values_as_dicts(
            DraftEvent.objects.filter(by=user).order_by("happened_at", "pk"),
            league_id="draft__league_id", **race, act="kind", at="happened_at",
        ),
        "wishes": values_as_dicts(
            WishListItem.objects.filter(constructor__owner=user),
            constructor_id="constructor_id", place="place", driver="driver__ref",
            not_with_first_team="not_with_first_team",
        ),
    }  # fmt: skip
